//! Kinds of what varies in messages.

/// Kinds of what varies in messages, each with its mark and its mask.
macro_rules! slots {
    ($($(#[$doc:meta])* $kind:ident = $mark:literal, $mask:literal;)*) => {
        /// Kind of what varies in a message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Slot {
            $($(#[$doc])* $kind,)*
        }

        impl Slot {
            /// Character without a meaning that stands for it in a masked text.
            pub(in crate::metrics) fn mark(self) -> char {
                match self { $(Self::$kind => $mark,)* }
            }

            /// Kind of a mark.
            pub(in crate::metrics) fn of_mark(mark: char) -> Option<Self> {
                match mark { $($mark => Some(Self::$kind),)* _ => None }
            }

            /// Word that stands for it in a pattern.
            pub fn mask(self) -> &'static str {
                match self { $(Self::$kind => $mask,)* }
            }
        }
    };
}

slots! {
    /// Name of the item itself.
    Own = '\u{FDD0}', "<name>";
    /// Name in quotes.
    Name = '\u{FDD1}', "<name>";
    /// Path or name of a file.
    Path = '\u{FDD2}', "<path>";
    /// URL.
    Url = '\u{FDD3}', "<url>";
    /// Id.
    Id = '\u{FDD4}', "<id>";
    /// Number, or a list of them.
    Number = '\u{FDD5}', "<n>";
    /// Time or date.
    Time = '\u{FDD6}', "<time>";
    /// Number with a unit of time.
    Duration = '\u{FDD7}', "<duration>";
    /// Number with a unit of size.
    Size = '\u{FDD8}', "<size>";
    /// Address of mail.
    Email = '\u{FDD9}', "<email>";
    /// IP address.
    Address = '\u{FDDA}', "<address>";
    /// Joined words that name a thing.
    Word = '\u{FDDB}', "<name>";
}
