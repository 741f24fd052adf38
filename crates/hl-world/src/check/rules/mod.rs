//! One rule for each invariant, or for a close group.

mod prelude;

mod i01_grid;
mod i02_size;
mod i03_maker;
mod i04_one_live;
mod i05_wires;
mod i06_answers;
mod i07_position;
mod i08_exposure;
mod i09_counts;
mod i10_lifecycle;
mod i11_restart;
mod i12_nonces;
mod i13_signer;
mod i14_tradeable;
mod i15_assets;
mod i16_spec_age;
mod i17_freshness;
mod i18_book;
mod i19_collar;
mod i20_reconciled;
mod i21_missing;
mod i22_flatten;
mod i22_losses;
mod i23_dead_man;
mod i23_kill;
mod i26_parked;
mod i27_limits;
mod i30_one_writer;
mod i31_clock;
mod i32_durable;
mod i40_liveness;

pub(crate) use prelude::Rule;

/// Every rule, new.
pub(crate) fn all() -> Vec<Box<dyn Rule>> {
    vec![
        Box::new(i01_grid::Grid),
        Box::new(i02_size::Lots),
        Box::new(i03_maker::Maker),
        Box::new(i04_one_live::OneLive),
        Box::new(i05_wires::Wires::default()),
        Box::new(i06_answers::Answers::default()),
        Box::new(i07_position::Position::default()),
        Box::new(i08_exposure::Exposure::default()),
        Box::new(i09_counts::Counts),
        Box::new(i10_lifecycle::Lifecycle::default()),
        Box::new(i11_restart::Restart),
        Box::new(i12_nonces::Nonces::default()),
        Box::new(i13_signer::Signer::default()),
        Box::new(i14_tradeable::Tradeable),
        Box::new(i15_assets::Assets::default()),
        Box::new(i16_spec_age::SpecAge),
        Box::new(i17_freshness::Freshness),
        Box::new(i18_book::Book),
        Box::new(i19_collar::Collar),
        Box::new(i20_reconciled::Reconciled),
        Box::new(i21_missing::Missing),
        Box::new(i22_flatten::Flatten::default()),
        Box::new(i22_losses::Losses::default()),
        Box::new(i23_dead_man::DeadMan::default()),
        Box::new(i23_kill::Kill::default()),
        Box::new(i26_parked::Parked::default()),
        Box::new(i27_limits::VenueLimits::default()),
        Box::new(i30_one_writer::OneWriter),
        Box::new(i31_clock::Clock),
        Box::new(i32_durable::Durable),
        Box::new(i40_liveness::Liveness::default()),
    ]
}
