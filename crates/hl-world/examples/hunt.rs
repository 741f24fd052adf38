#![allow(
    missing_docs,
    clippy::all,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing
)]
use hl_sim::fault::Intensity;
use hl_world::check::*;
use hl_world::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let from: u64 = args[1].parse().unwrap();
    let to: u64 = args[2].parse().unwrap();
    let minutes: u64 = args[3].parse().unwrap();
    let per_hour: u32 = args[4].parse().unwrap();
    let mut config = RunConfig::hours(1);
    config.faults_ms = minutes * 60_000;
    config.intensity = Intensity::per_hour(per_hour);
    if args.len() > 5 {
        let r = trace_seed(&config, from, &mut |l| println!("{l}")).unwrap();
        for b in &r.breaches {
            println!("{b}");
        }
        return;
    }
    let mut sum = Summary::default();
    for seed in from..to {
        let judged = judge_seed(&config, seed).unwrap();
        for b in &judged.report.breaches {
            println!("seed {seed}: t={}s {b}", (b.at.0 - 1_767_225_600_000) / 1000);
        }
        sum.add(&judged);
    }
    println!(
        "seeds {} days {:.3} faults {} attempts {} accepted {} rejected {:?} unknown {} fills {}/{} starts {}",
        sum.seeds,
        sum.ran_ms as f64 / 86400000.0,
        sum.faults_total(),
        sum.attempts,
        sum.accepted,
        sum.rejected,
        sum.unknown,
        sum.maker_fills,
        sum.taker_fills,
        sum.starts
    );
    for i in &INVARIANTS {
        print!("{}={} ", i.name, sum.judged_of(i));
    }
    println!("\nmissing {} of {}", sum.coverage.missing().len(), sum.coverage.pairs());
}
