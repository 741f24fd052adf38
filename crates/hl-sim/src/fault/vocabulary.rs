//! The macro that turns the list of kinds into what every kind has.

/// Turns the list of `fault::kind` into the enum, its names, its texts and its draws.
macro_rules! vocabulary {
    ($($family:ident { $(
        $(#[$doc:meta])* $variant:ident $name:literal {
            $($field:ident: $ty:ty = $draw:expr),*
        }
    )* })*) => {
        /// What goes wrong. Every kind has a name, `family.member`, and a text of its name and its
        /// parameters. Times are milliseconds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($(
            $(#[$doc])* $variant { $(
                #[doc = concat!("Written `", stringify!($field), "=`; the variant says what it is.")]
                $field: $ty,
            )* },
        )*)* }

        impl Kind {
            /// Every kind's name, in the order of the list.
            pub const ALL_NAMES: &'static [&'static str] = &[$($($name,)*)*];

            /// The kind's name, without its parameters.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $($(Self::$variant { .. } => $name,)*)* }
            }

            /// What the kind is about.
            #[must_use]
            pub const fn family(&self) -> Family {
                match self { $($(Self::$variant { .. } => Family::$family,)*)* }
            }

            /// A kind by name with parameters of the dice's choosing; nothing when no kind is
            /// called that.
            pub(super) fn draw(name: &str, dice: &mut Dice) -> Option<Self> {
                match name {
                    $($($name => {
                        $(
                            let draw: fn(&mut Dice) -> $ty = $draw;
                            let $field = draw(dice);
                        )*
                        Some(Self::$variant { $($field,)* })
                    })*)*
                    _ => None,
                }
            }

            pub(super) fn write_params(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $($(Self::$variant { $($field,)* } => {
                        $(write!(f, " {}={}", stringify!($field), $field)?;)*
                    })*)*
                }
                Ok(())
            }

            pub(super) fn read_params(name: &str, params: &mut Params<'_>) -> Result<Self, UnreadableFault> {
                match name {
                    $($($name => Ok(Self::$variant {
                        $($field: params.take(stringify!($field))?,)*
                    }),)*)*
                    _ => Err(UnreadableFault::Name(name.to_owned())),
                }
            }
        }
    };
}
