// Cedar for CodeMirror: colours, folding, indentation.
import { delimitedIndent, foldInside, foldNodeProp, HighlightStyle, indentNodeProp, LanguageSupport, LRLanguage } from "@codemirror/language";
import { styleTags, tags } from "@lezer/highlight";
import { parser } from "./cedar.grammar";

export const cedar = LRLanguage.define({
  name: "cedar",
  parser: parser.configure({
    props: [
      styleTags({
        "permit forbid": tags.definitionKeyword,
        "when unless": tags.controlKeyword,
        "if then else": tags.controlKeyword,
        "in has like is": tags.operatorKeyword,
        "true false": tags.bool,
        "principal action resource context": tags.self,
        Slot: tags.special(tags.variableName),
        "Annotation/@ AnnotationName": tags.annotation,
        "Annotation/String": tags.docString,
        "TypeName qualifier/TypeName": tags.typeName,
        "EntityRef/String": tags.literal,
        AttributeName: tags.propertyName,
        MethodName: tags.function(tags.propertyName),
        "ExtensionCall/TypePath/TypeName": tags.function(tags.variableName),
        String: tags.string,
        Number: tags.number,
        LineComment: tags.lineComment,
        "CompareOp AndOp OrOp NotOp PlusOp MinusOp TimesOp": tags.operator,
        "( ) [ ] { }": tags.bracket,
        ", ; . : ::": tags.punctuation,
      }),
      foldNodeProp.add({ Policy: foldInside, Condition: foldInside, Set: foldInside, List: foldInside }),
      indentNodeProp.add({
        Condition: delimitedIndent({ closing: "}" }),
        List: delimitedIndent({ closing: "]" }),
        Set: delimitedIndent({ closing: "]" }),
        Policy: (c) => (/^\s*(\)|when|unless|;)/.test(c.textAfter) ? c.baseIndent : c.baseIndent + c.unit),
      }),
    ],
  }),
  languageData: { commentTokens: { line: "//" }, closeBrackets: { brackets: ["(", "[", "{", '"'] } },
});

/** Colours come from the page, so that light and dark are said once. */
export const colours = HighlightStyle.define([
  { tag: tags.definitionKeyword, color: "var(--code-effect)", fontWeight: "700" },
  { tag: [tags.controlKeyword, tags.operatorKeyword], color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.self, tags.special(tags.variableName)], color: "var(--code-variable)" },
  { tag: tags.annotation, color: "var(--soft)" },
  { tag: tags.docString, color: "var(--code-words)" },
  { tag: [tags.typeName, tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-type)" },
  { tag: tags.literal, color: "var(--code-entity)" },
  { tag: [tags.string, tags.bool, tags.number], color: "var(--code-entity)" },
  { tag: tags.propertyName, color: "var(--ink)" },
  { tag: tags.lineComment, color: "var(--soft)" },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: "var(--soft)" },
]);

export const cedarSupport = new LanguageSupport(cedar);
