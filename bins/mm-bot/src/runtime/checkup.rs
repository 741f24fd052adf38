//! Whom `doctor` looks at, and what a run does with its findings.

use std::time::Duration;

use hl_client::{Endpoint, InfoClient};
use hl_wire::{Address, Network};

use super::embedded::Embedded;
use super::keyfile;
use super::venue::{Access, Venue, endpoint, transport};
use crate::cli::RunArgs;
use crate::config::{Settings, Venue as Where};
use crate::doctor::{Finding, Patient, Verdict, examine, examine_machine};
use crate::exit::{Exit, Failed};

/// Everything that can be seen, with nothing sent but questions. For the embedded exchange one is
/// started and ended.
///
/// # Errors
/// It cannot be started, or the settings do not say whom to look at.
pub(crate) async fn look(settings: &Settings, listen: Duration) -> Result<Vec<Finding>, Failed> {
    let mut findings = examine_machine(settings);
    if settings.venue == Where::Sim && settings.url.is_none() {
        let (embedded, key) = Embedded::start(&RunArgs::default()).await?;
        let endpoint = endpoint(&embedded.base_url(), Network::Testnet)?;
        let patient = patient(settings, endpoint, embedded.account(), Some(key.address()))?;
        findings.extend(examine(&patient, listen).await);
        embedded.shutdown().await;
        return Ok(findings);
    }
    let Access { endpoint, account, key_file, .. } = Access::of(settings)?;
    let agent = match keyfile::read(&key_file) {
        Ok(key) => {
            let agent = key.address();
            findings.push(Finding::ok("key file", format!("readable by us alone, agent {agent}")));
            Some(agent)
        }
        Err(failed) => {
            let fix = failed.hint.unwrap_or_else(|| "set venue.agent_key_file".to_owned());
            findings.push(Finding::wrong("key file", failed.what, fix));
            None
        }
    };
    let patient = patient(settings, endpoint, account, agent)?;
    findings.extend(examine(&patient, listen).await);
    Ok(findings)
}

fn patient(
    settings: &Settings,
    endpoint: Endpoint,
    account: Address,
    agent: Option<Address>,
) -> Result<Patient<'_>, Failed> {
    let info = InfoClient::new(transport(endpoint.clone())?);
    Ok(Patient { settings, info, endpoint, account, agent })
}

/// The same before the first order where orders are real. The streams are not listened to: the engine
/// does not quote before it has heard them.
///
/// # Errors
/// What is wrong, all of it.
pub(super) async fn before_orders(settings: &Settings, venue: &Venue) -> Result<(), Failed> {
    if settings.venue == Where::Sim {
        return Ok(());
    }
    let agent = Some(venue.exchange.agent());
    let patient = patient(settings, venue.endpoint.clone(), venue.account, agent)?;
    let mut findings = examine_machine(settings);
    findings.extend(examine(&patient, Duration::ZERO).await);
    let wrong: Vec<String> = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Wrong)
        .map(|finding| format!("{}: {}", finding.matter, finding.saw))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let what = format!("not fit for real orders: {}", wrong.join("; "));
    Err(Failed::new(Exit::Preflight, what).hint("`mm-bot doctor` says how to mend each"))
}
