//! Questions about markets.

use hl_quant::Millis;
use hl_wire::info::{
    AllMids, Candle, CandleRequest, FundingRate, InfoRequest, L2BookDoc, Meta, MetaAndAssetCtxs,
    PerpDex, RecentTrade, SpotMeta, SpotMetaAndAssetCtxs,
};

use super::InfoClient;
use crate::error::InfoError;

/// How a book is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aggregation {
    /// Every level.
    #[default]
    None,
    /// Levels of this many significant figures, 2 to 5.
    Figures(u8),
    /// Levels of five significant figures, the last of which is a multiple of 2 or 5.
    Mantissa(u8),
}

impl Aggregation {
    const fn fields(self) -> (Option<u8>, Option<u8>) {
        match self {
            Self::None => (None, None),
            Self::Figures(figures) => (Some(figures), None),
            Self::Mantissa(mantissa) => (Some(5), Some(mantissa)),
        }
    }
}

fn owned(dex: Option<&str>) -> Option<String> {
    dex.map(ToOwned::to_owned)
}

/// Documents about markets. `dex` names a builder dex; `None` is the venue's own.
impl InfoClient {
    /// The perpetuals of a dex.
    ///
    /// # Errors
    ///
    /// [`InfoError`], also when the venue does not know the dex.
    pub async fn meta(&self, dex: Option<&str>) -> Result<Meta, InfoError> {
        self.ask("meta", &InfoRequest::Meta { dex: owned(dex) }).await
    }

    /// The perpetuals of a dex with their state.
    ///
    /// # Errors
    ///
    /// [`InfoError`], also when the venue does not know the dex.
    pub async fn meta_and_asset_ctxs(
        &self,
        dex: Option<&str>,
    ) -> Result<MetaAndAssetCtxs, InfoError> {
        let request = InfoRequest::MetaAndAssetCtxs { dex: owned(dex) };
        self.ask("metaAndAssetCtxs", &request).await
    }

    /// The tokens and spot pairs.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn spot_meta(&self) -> Result<SpotMeta, InfoError> {
        self.ask("spotMeta", &InfoRequest::SpotMeta).await
    }

    /// The tokens and spot pairs, with the state of the pairs. Match the two by coin, not by position.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn spot_meta_and_asset_ctxs(&self) -> Result<SpotMetaAndAssetCtxs, InfoError> {
        self.ask("spotMetaAndAssetCtxs", &InfoRequest::SpotMetaAndAssetCtxs).await
    }

    /// The builder dexes; the first entry is `None` and stands for the venue's own.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn perp_dexs(&self) -> Result<Vec<Option<PerpDex>>, InfoError> {
        self.ask("perpDexs", &InfoRequest::PerpDexs).await
    }

    /// The mid price of every coin. Not for quoting: the feed is throttled and of no stated age.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn all_mids(&self, dex: Option<&str>) -> Result<AllMids, InfoError> {
        self.ask("allMids", &InfoRequest::AllMids { dex: owned(dex) }).await
    }

    /// The book of a coin, at most 20 levels a side.
    ///
    /// # Errors
    ///
    /// [`InfoError::Null`] when the venue does not know the coin.
    pub async fn l2_book(
        &self,
        coin: &str,
        aggregation: Aggregation,
    ) -> Result<L2BookDoc, InfoError> {
        let (n_sig_figs, mantissa) = aggregation.fields();
        let request = InfoRequest::L2Book { coin: coin.to_owned(), n_sig_figs, mantissa };
        self.ask("l2Book", &request).await
    }

    /// The latest trades of a coin.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn recent_trades(&self, coin: &str) -> Result<Vec<RecentTrade>, InfoError> {
        let request = InfoRequest::RecentTrades { coin: coin.to_owned() };
        let trades: Vec<RecentTrade> = self.ask("recentTrades", &request).await?;
        self.charge_items(trades.len(), 20);
        Ok(trades)
    }

    /// Candles, at most the 5000 most recent.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn candles(&self, request: CandleRequest) -> Result<Vec<Candle>, InfoError> {
        let request = InfoRequest::CandleSnapshot { req: request };
        let candles: Vec<Candle> = self.ask("candleSnapshot", &request).await?;
        self.charge_items(candles.len(), 60);
        Ok(candles)
    }

    /// The hourly funding rates of a coin, at most 500 from `start` on.
    ///
    /// # Errors
    ///
    /// [`InfoError`].
    pub async fn funding_history(
        &self,
        coin: &str,
        start: Millis,
    ) -> Result<Vec<FundingRate>, InfoError> {
        let (coin, start_time) = (coin.to_owned(), start.0);
        let request = InfoRequest::FundingHistory { coin, start_time, end_time: None };
        let rates: Vec<FundingRate> = self.ask("fundingHistory", &request).await?;
        self.charge_items(rates.len(), 20);
        Ok(rates)
    }
}
