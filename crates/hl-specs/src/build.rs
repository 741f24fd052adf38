//! From the venue's documents to markets.

use std::collections::BTreeMap;

use hl_quant::{MarketKind, MarketSpec, SzDecimals};
use hl_wire::AssetId;
use hl_wire::info::{Meta, PerpAsset, PerpDex, SpotMeta, SpotPair, SpotToken};

use crate::{BadUniverse, COIN_MAX_BYTES, Coin, Listing, Margin, Market, Place, Skipped, Universe};

/// Collects documents into a [`Universe`].
///
/// The numbers follow the documentation's "Asset IDs" page: a perpetual's is its position in its
/// `universe`, delisted entries included; a spot pair's is 10000 plus its `index` *field*, which is
/// not its position; a builder perpetual's is 100000 + 10000 x its dex's position in `perpDexs` + its
/// position in that dex's `universe`.
///
/// `metaAndAssetCtxs` and `spotMetaAndAssetCtxs` begin with the same documents; hand those in. The
/// contexts of a spot document are *not* parallel to its universe: match them by their `coin`.
#[derive(Clone, Debug, Default)]
pub struct UniverseBuilder {
    markets: Vec<Market>,
    skipped: Vec<Skipped>,
    fault: Option<BadUniverse>,
    /// Names of the builder dexes by position; entry 0 is the venue's own.
    dexs: Vec<Option<String>>,
}

impl Universe {
    /// Starts from nothing. Add at least one document.
    #[must_use]
    pub fn builder() -> UniverseBuilder {
        UniverseBuilder::default()
    }
}

impl UniverseBuilder {
    /// The venue's own perpetuals: the answer to `meta`.
    #[must_use]
    pub fn perps(mut self, meta: &Meta) -> Self {
        for (position, entry) in (0_u32..).zip(&meta.universe) {
            match AssetId::perp(position) {
                Some(asset) => self.perp(asset, entry, Place::Perp),
                None => self.fault("", "more perpetuals than there are numbers"),
            }
        }
        self
    }

    /// The spot pairs: the answer to `spotMeta`.
    #[must_use]
    pub fn spot(mut self, meta: &SpotMeta) -> Self {
        let mut tokens: BTreeMap<u32, &SpotToken> = BTreeMap::new();
        for token in &meta.tokens {
            if let Some(first) = tokens.insert(token.index, token) {
                self.fault.get_or_insert_with(|| BadUniverse::DuplicateToken {
                    index: token.index,
                    first: printable(&first.name),
                    second: printable(&token.name),
                });
            }
        }
        for pair in &meta.universe {
            match AssetId::spot(pair.index) {
                Some(asset) => self.pair(asset, pair, &tokens),
                None => self.fault("", "more spot pairs than there are numbers"),
            }
        }
        self
    }

    /// The builder dexes: the answer to `perpDexs`, whose first entry is null and stands for the
    /// venue's own. Their markets come one dex at a time through [`Self::builder_perps`].
    #[must_use]
    pub fn dexs(mut self, list: &[Option<PerpDex>]) -> Self {
        self.dexs = list.iter().map(|dex| dex.as_ref().map(|dex| dex.name.clone())).collect();
        self
    }

    /// The perpetuals of the builder dex `dex`: the answer to `meta` with that `dex`. Call
    /// [`Self::dexs`] first; the numbers depend on it.
    #[must_use]
    pub fn builder_perps(mut self, dex: &str, meta: &Meta) -> Self {
        let mut places = (0_u32..).zip(&self.dexs).filter(|(_, name)| name.as_deref() == Some(dex));
        let (place, other) = (places.next().map(|(place, _)| place), places.next());
        if other.is_some() {
            self.fault(dex, "listed twice in perpDexs");
            return self;
        }
        let Some(place) = place else {
            self.fault(dex, "not listed in perpDexs");
            return self;
        };
        let Ok(name) = Coin::new(dex) else {
            self.fault(dex, "not a printable name");
            return self;
        };
        for (position, entry) in (0_u32..).zip(&meta.universe) {
            match AssetId::builder_perp(place, position) {
                Some(asset) => self.perp(asset, entry, Place::BuilderPerp { dex: name.clone() }),
                None => self.fault(dex, "more perpetuals than there are numbers"),
            }
        }
        self
    }

    /// All markets, checked for unique names and numbers.
    ///
    /// # Errors
    ///
    /// [`BadUniverse`]: the documents contradict themselves or each other.
    pub fn build(self) -> Result<Universe, BadUniverse> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Universe::assemble(self.markets, self.skipped),
        }
    }

    fn perp(&mut self, asset: AssetId, entry: &PerpAsset, place: Place) {
        // An unprefixed name would collide with, or pass for, a market of the venue's own dex.
        let belongs = match (&place, entry.name.split_once(':')) {
            (Place::BuilderPerp { dex }, Some((prefix, _))) => prefix == dex.as_str(),
            (Place::BuilderPerp { .. }, None) => false,
            (_, prefixed) => prefixed.is_none(),
        };
        if !belongs {
            self.skip(asset, &entry.name, "name does not begin with its dex".to_owned());
            return;
        }
        // `noCross` and `strictIsolated` are the newer words for it; a word not known yet is taken
        // for a restriction.
        let any = !entry.only_isolated && entry.margin_mode.is_none();
        let margin = if any { Margin::Any } else { Margin::IsolatedOnly };
        let listing = if entry.is_delisted { Listing::Delisted } else { Listing::Trading };
        let leverage = Some(entry.max_leverage);
        if let Some(mut market) = self.market(asset, &entry.name, entry.sz_decimals, place) {
            market.max_leverage = leverage;
            market.margin = margin;
            market.listing = listing;
            self.markets.push(market);
        }
    }

    fn pair(&mut self, asset: AssetId, pair: &SpotPair, tokens: &BTreeMap<u32, &SpotToken>) {
        let (base, quote) = pair.tokens;
        let (Some(base), Some(quote)) = (tokens.get(&base), tokens.get(&quote)) else {
            self.skip(asset, &pair.name, format!("token {base} or {quote} is not listed"));
            return;
        };
        let place = Place::Spot { base: printable(&base.name), quote: printable(&quote.name) };
        // The sizes of a pair are amounts of its base token ("Tick and lot size").
        if let Some(market) = self.market(asset, &pair.name, base.sz_decimals, place) {
            self.markets.push(market);
        }
    }

    fn market(&mut self, asset: AssetId, name: &str, decimals: u8, place: Place) -> Option<Market> {
        let coin = match Coin::new(name) {
            Ok(coin) => coin,
            Err(bad) => {
                self.skip(asset, name, bad.to_string());
                return None;
            }
        };
        let Some(sz_decimals) = SzDecimals::new(decimals) else {
            self.skip(asset, name, format!("szDecimals {decimals} is above 8"));
            return None;
        };
        let kind = match place {
            Place::Perp | Place::BuilderPerp { .. } => MarketKind::Perp,
            Place::Spot { .. } => MarketKind::Spot,
        };
        let spec = MarketSpec::of(kind, sz_decimals);
        Some(Market {
            coin,
            asset,
            place,
            sz_decimals,
            max_leverage: None,
            margin: Margin::Any,
            listing: Listing::Trading,
            spec,
            venue_spec: spec,
        })
    }

    fn skip(&mut self, asset: AssetId, name: &str, why: String) {
        self.skipped.push(Skipped { asset, name: printable(name), why });
    }

    fn fault(&mut self, dex: &str, why: &'static str) {
        let dex = printable(dex);
        self.fault.get_or_insert(BadUniverse::Dex { dex, why });
    }
}

/// A name of the venue's as a log line can hold it.
fn printable(name: &str) -> String {
    name.chars().take(COIN_MAX_BYTES).flat_map(char::escape_debug).collect()
}
