//! Turns a rule id into the words a lawyer cites: `gx-bigdata/42/2.1` is article 42, paragraph 2, item 1.

use crate::law::Regulation;
use crate::vocabulary::Text;

/// Article, paragraph and item of a rule id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locator {
    /// Article number.
    pub article: u32,
    /// Paragraph number.
    pub paragraph: u32,
    /// Item number, where the paragraph has items.
    pub item: Option<u32>,
}

/// Reads `text/article/paragraph[.item][letter]`. `None` when the id has another shape.
#[must_use]
pub fn locate(rule: &str) -> Option<Locator> {
    let mut parts = rule.split('/');
    let (_, article, place) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let place = place.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let (paragraph, item) = match place.split_once('.') {
        Some((p, i)) => (p, Some(i.parse().ok()?)),
        None => (place, None),
    };
    Some(Locator { article: article.parse().ok()?, paragraph: paragraph.parse().ok()?, item })
}

/// The citation in Chinese and English. A rule id of another shape is cited as it stands.
#[must_use]
pub fn cite(regulation: &Regulation, rule: &str) -> Text {
    let Some(l) = locate(rule) else { return Text { en: rule.to_owned(), zh: rule.to_owned() } };
    let mut zh = format!("《{}》第{}条第{}款", regulation.title.zh, numeral(l.article), numeral(l.paragraph));
    let mut en = format!("{}, art. {} para. {}", regulation.title.en, l.article, l.paragraph);
    if let Some(item) = l.item {
        zh.push_str(&format!("第{}项", numeral(item)));
        en.push_str(&format!(" item {item}"));
    }
    Text { en, zh }
}

/// Chinese numeral of a number below 1000, as statutes write them; digits above that.
#[must_use]
pub fn numeral(n: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |d: u32| usize::try_from(d).ok().and_then(|d| DIGITS.get(d)).copied().unwrap_or("");
    let (hundreds, tens, ones) = (n.div_euclid(100), n.rem_euclid(100).div_euclid(10), n.rem_euclid(10));
    match n {
        0 | 1000.. => n.to_string(),
        1..=9 => digit(ones).to_owned(),
        10..=19 => format!("十{}", digit(ones)),
        20..=99 => format!("{}十{}", digit(tens), digit(ones)),
        _ => {
            let rest = match (tens, ones) {
                (0, 0) => String::new(),
                (0, _) => format!("零{}", digit(ones)),
                _ => format!("{}十{}", digit(tens), digit(ones)),
            };
            format!("{}百{rest}", digit(hundreds))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_written_as_in_statutes() {
        let cases =
            [(1, "一"), (10, "十"), (15, "十五"), (20, "二十"), (42, "四十二"), (78, "七十八"), (103, "一百零三"), (110, "一百一十")];
        for (n, zh) in cases {
            assert_eq!(numeral(n), zh);
        }
    }

    #[test]
    fn rule_ids_are_located() {
        assert_eq!(locate("gx-bigdata/3/1.3a"), Some(Locator { article: 3, paragraph: 1, item: Some(3) }));
        assert_eq!(locate("gx-bigdata/36/1b"), Some(Locator { article: 36, paragraph: 1, item: None }));
        assert_eq!(locate("gx-bigdata/36"), None);
        assert_eq!(locate("x/1/1/1"), None);
    }
}
