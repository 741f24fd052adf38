//! Who, what and where: addresses, order ids, asset ids, nonces, the two networks.

use core::fmt;
use core::str::FromStr;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hex::{self, HexText};

/// A text that should have been an identifier and is not. Retrying cannot help: fix the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not 20 bytes of hexadecimal. Do not retry.
    #[error("address is not 20 hex bytes: {0:?}")]
    Address(Box<str>),
    /// Not `0x` and 32 hexadecimal digits. Do not retry.
    #[error("cloid is not 0x and 32 hex digits: {0:?}")]
    Cloid(Box<str>),
}

/// Keeps error texts short when the input is hostile.
pub(crate) fn excerpt(text: &str) -> Box<str> {
    text.chars().take(64).collect::<String>().into_boxed_str()
}

/// An account: the low 20 bytes of the Keccak-256 hash of a public key.
///
/// Read with or without `0x` and in either case, as the exchange does; written in lower case,
/// because the text of an address inside an action is hashed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address([u8; 20]);

impl Address {
    /// The address that is all zeros; approving it as an agent revokes.
    pub const ZERO: Self = Self([0; 20]);

    /// From its 20 bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Its 20 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    pub(crate) fn text(&self) -> HexText<42> {
        HexText::new(&self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

impl FromStr for Address {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        hex::decode(hex::without_prefix(text))
            .map(Self)
            .ok_or_else(|| IdError::Address(excerpt(text)))
    }
}

/// The client's own 128-bit order id: `0x` and 32 hexadecimal digits on the wire.
///
/// Chosen before sending, so it is the one name under which an order whose acknowledgement was
/// lost can still be found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cloid(pub u128);

impl Cloid {
    pub(crate) fn text(self) -> HexText<34> {
        HexText::new(&self.0.to_be_bytes())
    }
}

impl fmt::Display for Cloid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

impl fmt::Debug for Cloid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

impl FromStr for Cloid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.strip_prefix("0x")
            .and_then(hex::decode)
            .map(|bytes| Self(u128::from_be_bytes(bytes)))
            .ok_or_else(|| IdError::Cloid(excerpt(text)))
    }
}

/// Serde through `Display` without allocating, and `FromStr` from a borrowed string.
macro_rules! serde_text {
    ($name:ident, $expecting:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.text().as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}

serde_text!(Address, "an address of 20 hex bytes");
serde_text!(Cloid, "a cloid: 0x and 32 hex digits");

/// Reads an optional cloid leniently: a client id that is not one of ours in shape cannot be one of
/// ours, and must not make us lose the fill or the order that carries it.
pub(crate) fn lenient_cloid<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Cloid>, D::Error> {
    struct Text;
    impl<'de> Visitor<'de> for Text {
        type Value = Option<Cloid>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a client order id or null")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(text.parse().ok())
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
            d.deserialize_str(self)
        }
    }
    d.deserialize_option(Text)
}

/// The number by which actions name a market (the docs' "Asset IDs" page).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AssetId(pub u32);

/// Which part of the number space an [`AssetId`] lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetKind {
    /// A perpetual of the first dex: its index in `meta.universe`.
    Perp(u32),
    /// A spot pair: the `index` field of its `spotMeta.universe` entry, which is not its position.
    Spot(u32),
    /// A perpetual of a builder-deployed dex (HIP-3).
    BuilderPerp {
        /// Position of the dex in `perpDexs`, from 1 (entry 0 is the first dex).
        dex: u32,
        /// Index in the universe of that dex.
        index: u32,
    },
    /// A side of an outcome market (HIP-4): `10 * outcome + side`.
    Outcome(u32),
}

impl AssetId {
    const SPOT: u32 = 10_000;
    const BUILDER: u32 = 100_000;
    const PER_DEX: u32 = 10_000;
    const OUTCOME: u32 = 100_000_000;

    /// The first dex's perpetual at `index` of `meta.universe`; delisted entries keep their slot.
    /// `None` from 10,000 on, where the spot ids begin.
    #[must_use]
    pub const fn perp(index: u32) -> Option<Self> {
        if index < Self::SPOT { Some(Self(index)) } else { None }
    }

    /// The spot pair whose `index` field is `index`; `None` when it would run into the builder ids.
    #[must_use]
    pub const fn spot(index: u32) -> Option<Self> {
        if index < Self::BUILDER - Self::SPOT { Some(Self(Self::SPOT + index)) } else { None }
    }

    /// A builder-deployed perpetual: `dex` is the position in `perpDexs` (the first dex, entry 0,
    /// is refused), `index` the position in that dex's universe.
    #[must_use]
    pub fn builder_perp(dex: u32, index: u32) -> Option<Self> {
        if dex == 0 || index >= Self::PER_DEX {
            return None;
        }
        let id = dex.checked_mul(Self::PER_DEX)?.checked_add(Self::BUILDER + index)?;
        (id < Self::OUTCOME).then_some(Self(id))
    }

    /// The part of the number space this id lies in.
    #[must_use]
    pub const fn kind(self) -> AssetKind {
        match self.0 {
            id if id < Self::SPOT => AssetKind::Perp(id),
            id if id < Self::BUILDER => AssetKind::Spot(id - Self::SPOT),
            id if id < Self::OUTCOME => AssetKind::BuilderPerp {
                dex: (id - Self::BUILDER) / Self::PER_DEX,
                index: (id - Self::BUILDER) % Self::PER_DEX,
            },
            id => AssetKind::Outcome(id - Self::OUTCOME),
        }
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The exchange's own order id. A modify gives the order a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Oid(pub u64);

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that a signer uses once: milliseconds since the epoch by convention, within two days
/// before and one day after block time (the docs' "Nonces and API wallets" page).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nonce(pub u64);

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The two Hyperliquid networks. A signature for one is worthless on the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Network {
    /// Real money.
    Mainnet,
    /// Test money.
    Testnet,
}

impl Network {
    /// The phantom agent's `source` field in the signature of an L1 action.
    #[must_use]
    pub const fn phantom_source(self) -> &'static str {
        match self {
            Self::Mainnet => "a",
            Self::Testnet => "b",
        }
    }

    /// The `hyperliquidChain` field of a user-signed action.
    #[must_use]
    pub const fn chain_name(self) -> &'static str {
        match self {
            Self::Mainnet => "Mainnet",
            Self::Testnet => "Testnet",
        }
    }
}

/// How long an order may live and whether it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tif {
    /// Add liquidity only: refused if it would match at once.
    Alo,
    /// Immediate or cancel.
    Ioc,
    /// Good until cancelled.
    Gtc,
    /// The web interface's market order; behaves like `Ioc`.
    FrontendMarket,
}

impl Tif {
    /// The wire text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alo => "Alo",
            Self::Ioc => "Ioc",
            Self::Gtc => "Gtc",
            Self::FrontendMarket => "FrontendMarket",
        }
    }
}

/// An order named by the exchange's id or by ours, as `modify` and `orderStatus` accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderRef {
    /// By the exchange's id: a number on the wire.
    Oid(Oid),
    /// By our id: a string on the wire.
    Cloid(Cloid),
}

impl Serialize for OrderRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Oid(oid) => oid.serialize(serializer),
            Self::Cloid(cloid) => cloid.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for OrderRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = OrderRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an order id number or a cloid string")
            }

            fn visit_u64<E: serde::de::Error>(self, oid: u64) -> Result<OrderRef, E> {
                Ok(OrderRef::Oid(Oid(oid)))
            }

            fn visit_i64<E: serde::de::Error>(self, oid: i64) -> Result<OrderRef, E> {
                Err(E::invalid_value(Unexpected::Signed(oid), &self))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OrderRef, E> {
                text.parse().map(OrderRef::Cloid).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// `"B"` and `"A"`, the exchange's two sides, for fields of type [`hl_quant::Side`].
pub(crate) mod side {
    use super::{Deserialize, Deserializer, Serializer, excerpt};
    use hl_quant::Side;
    use serde::de::Error as _;

    pub(crate) fn text(side: Side) -> &'static str {
        match side {
            Side::Bid => "B",
            Side::Ask => "A",
        }
    }

    pub(crate) fn serialize<S: Serializer>(side: &Side, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(text(*side))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Side, D::Error> {
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);
        match Text::deserialize(d)?.0.as_ref() {
            "B" => Ok(Side::Bid),
            "A" => Ok(Side::Ask),
            other => {
                Err(D::Error::custom(format_args!("side is not B or A: {:?}", excerpt(other))))
            }
        }
    }
}
