//! Why a bundle was refused: a stable code, what is wrong, and how to mend it, in both languages.

use crate::issue::{Code, text};
use crate::vocabulary::Text;
use thiserror::Error;

/// Why a bundle was refused. Nothing of a refused bundle is used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It does not begin as a bundle does.
    #[error("this is not a lexgate bundle")]
    NotABundle,
    /// Larger than [`MAX_BYTES`](crate::bundle::MAX_BYTES), or a part of it than its own limit.
    #[error("the bundle, or a part of it, is larger than allowed")]
    TooLarge,
    /// Another format.
    #[error("bundle format {found} is not supported; this engine reads format {}", crate::bundle::FORMAT)]
    Format {
        /// The format found.
        found: u16,
    },
    /// Shorter or longer than the sum of its parts.
    #[error("the bundle is cut short, or something was added to it")]
    Length,
    /// Manifest and signatures do not have the stated SHA-256.
    #[error("the bundle is damaged: manifest and signatures do not have the stated SHA-256")]
    Digest,
    /// A file does not have the SHA-256 that the manifest states.
    #[error("the bundle is damaged: `{path}` does not have the SHA-256 that the manifest states")]
    FileDigest {
        /// The file.
        path: String,
    },
    /// The manifest is not what this format asks for.
    #[error("the manifest is invalid: {why}")]
    Manifest {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The manifest has a member that a reader must know, and this one does not.
    #[error("the manifest asks for something this engine does not know: `{name}`")]
    Critical {
        /// The member.
        name: String,
    },
    /// A file that has no place in a bundle, or whose path no file may have.
    #[error("the bundle holds `{path}`, which has no place in it")]
    File {
        /// The file.
        path: String,
    },
    /// The signatures are not written as this format asks for.
    #[error("the list of signatures cannot be read")]
    Signatures,
    /// A signature by a pinned key does not hold.
    #[error("the signature by key `{key}` does not hold")]
    SignatureInvalid {
        /// Id of the key.
        key: String,
    },
    /// A signature by a key that is not pinned.
    #[error("the bundle is signed by key `{key}`, which is not trusted here")]
    SignatureUnknown {
        /// Id of the key.
        key: String,
    },
    /// Too few keys signed.
    #[error("{valid} of the trusted keys signed the bundle; {threshold} have to")]
    TooFewSignatures {
        /// Keys whose signature counts.
        valid: usize,
        /// Keys that have to sign.
        threshold: usize,
    },
    /// A signature, or the key that made it, has expired, and too few others are left.
    #[error("the signature by key `{key}`, or the key itself, has expired, and too few other signatures are left")]
    Expired {
        /// Id of the key.
        key: String,
    },
    /// A signature, or the key that made it, is not valid yet, and too few others are left.
    #[error("the signature by key `{key}`, or the key itself, is not valid yet, and too few other signatures are left")]
    NotYetValid {
        /// Id of the key.
        key: String,
    },
    /// A key or a signature has a period of validity, and the host did not say what time it is.
    #[error("key `{key}` or its signature has a period of validity, and the time is not stated")]
    TimeNotStated {
        /// Id of the key.
        key: String,
    },
    /// Older than what the host accepts.
    #[error("the bundle has version {found}; at least {minimum} is asked for")]
    Older {
        /// The version found.
        found: String,
        /// The least version accepted.
        minimum: String,
    },
    /// Another policy store than the host expects.
    #[error("the bundle is of the policy store `{found}`; `{expected}` is asked for")]
    OtherStore {
        /// The id found.
        found: String,
        /// The id expected.
        expected: String,
    },
    /// Another vocabulary than the host expects.
    #[error("the bundle has another vocabulary than is asked for: its schema has SHA-256 {found}")]
    OtherSchema {
        /// SHA-256 of the schema, hex.
        found: String,
    },
    /// The law could not be decoded.
    #[error("the bundle content cannot be read")]
    Content,
    /// The content refers to things that do not exist, or the manifest does not describe it.
    #[error("the bundle content is inconsistent")]
    Inconsistent,
}

impl BundleError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotABundle => "not-a-bundle",
            Self::TooLarge => "bundle-too-large",
            Self::Format { .. } => "bundle-format-unsupported",
            Self::Length => "bundle-length-wrong",
            Self::Digest => "bundle-digest-mismatch",
            Self::FileDigest { .. } => "bundle-file-digest-mismatch",
            Self::Manifest { .. } => "bundle-manifest-invalid",
            Self::Critical { .. } => "bundle-critical-member-unknown",
            Self::File { .. } => "bundle-file-refused",
            Self::Signatures => "bundle-signatures-malformed",
            Self::SignatureInvalid { .. } => "bundle-signature-invalid",
            Self::SignatureUnknown { .. } => "bundle-signature-unknown-key",
            Self::TooFewSignatures { .. } => "bundle-signatures-too-few",
            Self::Expired { .. } => "bundle-signature-expired",
            Self::NotYetValid { .. } => "bundle-signature-not-yet-valid",
            Self::TimeNotStated { .. } => "bundle-time-not-stated",
            Self::Older { .. } => "bundle-version-too-old",
            Self::OtherStore { .. } => "bundle-store-differs",
            Self::OtherSchema { .. } => "bundle-schema-differs",
            Self::Content => "bundle-content-unreadable",
            Self::Inconsistent => "bundle-content-inconsistent",
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> Text {
        let zh = match self {
            Self::NotABundle => "不是 lexgate 策略包".to_owned(),
            Self::TooLarge => "策略包或者其中一部分超过允许的大小".to_owned(),
            Self::Format { found } => format!("不支持策略包格式 {found}；本引擎读取格式 {}", crate::bundle::FORMAT),
            Self::Length => "策略包不完整，或者被添加了内容".to_owned(),
            Self::Digest => "策略包已损坏：清单和签名与所载 SHA-256 不符".to_owned(),
            Self::FileDigest { path } => format!("策略包已损坏：`{path}` 与清单所载 SHA-256 不符"),
            Self::Manifest { why } => format!("清单无效：{why}"),
            Self::Critical { name } => format!("清单要求本引擎不认识的内容：`{name}`"),
            Self::File { path } => format!("策略包含有不应存在的文件 `{path}`"),
            Self::Signatures => "签名列表无法读取".to_owned(),
            Self::SignatureInvalid { key } => format!("密钥 `{key}` 的签名不成立"),
            Self::SignatureUnknown { key } => format!("策略包由密钥 `{key}` 签名，此处不信任该密钥"),
            Self::TooFewSignatures { valid, threshold } => format!("受信任的密钥中有 {valid} 个签名；须有 {threshold} 个"),
            Self::Expired { key } => format!("密钥 `{key}` 或者其签名已过期，其余签名数量不足"),
            Self::NotYetValid { key } => format!("密钥 `{key}` 或者其签名尚未生效，其余签名数量不足"),
            Self::TimeNotStated { key } => format!("密钥 `{key}` 或者其签名有有效期，但未载明当前时间"),
            Self::Older { found, minimum } => format!("策略包版本为 {found}；要求不低于 {minimum}"),
            Self::OtherStore { found, expected } => format!("策略包属于策略库 `{found}`；要求为 `{expected}`"),
            Self::OtherSchema { found } => format!("策略包的词汇与要求不同：其模式的 SHA-256 为 {found}"),
            Self::Content => "策略包内容无法读取".to_owned(),
            Self::Inconsistent => "策略包内容前后不一致".to_owned(),
        };
        text(self.to_string(), zh)
    }

    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> Text {
        match self {
            Self::NotABundle | Self::Content | Self::Inconsistent | Self::Manifest { .. } | Self::File { .. } => {
                text("build one with `lexgate bundle build`", "请用 `lexgate bundle build` 构建策略包")
            }
            Self::TooLarge => text("leave the sources out when building it", "构建时请不要附带源文件"),
            Self::Format { .. } | Self::Critical { .. } => text("use an engine of the version that built it", "请使用与构建版本相同的引擎"),
            Self::Length | Self::Digest | Self::FileDigest { .. } | Self::Signatures => {
                text("fetch the bundle again from where it was published", "请从发布处重新获取策略包")
            }
            Self::SignatureInvalid { .. } => text(
                "do not use this bundle; compare the public key with the publisher's and fetch the bundle again",
                "请勿使用该策略包；请与发布方核对公钥，并重新获取策略包",
            ),
            Self::SignatureUnknown { .. } => text(
                "add its public key if it is to be trusted, or allow other signatures beside those of the trusted keys",
                "如应信任该密钥，请加入其公钥；或者允许存在其他签名",
            ),
            Self::TooFewSignatures { .. } => text("have it signed with `lexgate bundle sign`", "请用 `lexgate bundle sign` 补充签名"),
            Self::Expired { .. } => text("have it signed anew with `lexgate bundle sign`", "请用 `lexgate bundle sign` 重新签名"),
            Self::NotYetValid { .. } => text("check the time of this machine", "请检查本机时间"),
            Self::TimeNotStated { .. } => text("state the time (RFC 3339)", "请载明时间（RFC 3339）"),
            Self::Older { .. } => text("use the newest bundle published", "请使用最新发布的策略包"),
            Self::OtherStore { .. } | Self::OtherSchema { .. } => {
                text("use a bundle of the policy store that this host works with", "请使用本系统所用策略库的策略包")
            }
        }
    }
}

/// Every code with which a bundle is refused.
pub const REFUSALS: &[Code] = &[
    Code { code: "not-a-bundle", meaning: "the file does not begin as a bundle does" },
    Code { code: "bundle-too-large", meaning: "the bundle has more than 16 MiB, or its manifest or list of signatures exceeds its limit" },
    Code { code: "bundle-format-unsupported", meaning: "another format number" },
    Code { code: "bundle-length-wrong", meaning: "shorter or longer than the sum of its parts" },
    Code { code: "bundle-digest-mismatch", meaning: "manifest and signatures do not have the SHA-256 in the header" },
    Code { code: "bundle-file-digest-mismatch", meaning: "a file does not have the SHA-256 in the manifest" },
    Code { code: "bundle-manifest-invalid", meaning: "the manifest is not canonical JSON of the required shape" },
    Code { code: "bundle-critical-member-unknown", meaning: "`critical` names a member this engine does not know" },
    Code {
        code: "bundle-file-refused",
        meaning: "a file out of place: unknown, listed twice, out of order, or with a path no file may have",
    },
    Code { code: "bundle-signatures-malformed", meaning: "the list of signatures is not canonical JSON of the required shape" },
    Code { code: "bundle-signature-invalid", meaning: "a signature by a trusted key does not hold" },
    Code { code: "bundle-signature-unknown-key", meaning: "signed by a key that is not trusted, and that was not allowed" },
    Code { code: "bundle-signatures-too-few", meaning: "fewer trusted keys signed than the threshold asks for" },
    Code { code: "bundle-signature-expired", meaning: "without an expired signature or key the threshold is not met" },
    Code { code: "bundle-signature-not-yet-valid", meaning: "without a signature or key that is not valid yet the threshold is not met" },
    Code { code: "bundle-time-not-stated", meaning: "a period of validity cannot be judged without the time" },
    Code { code: "bundle-version-too-old", meaning: "older than the least version accepted (rollback)" },
    Code { code: "bundle-store-differs", meaning: "the bundle is of another policy store" },
    Code { code: "bundle-schema-differs", meaning: "the vocabulary is another one than the host expects" },
    Code { code: "bundle-content-unreadable", meaning: "the law cannot be decoded" },
    Code { code: "bundle-content-inconsistent", meaning: "the law refers to what does not exist, or the manifest does not describe it" },
];
