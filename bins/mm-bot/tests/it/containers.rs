//! The files for containers against the tree and each other. No container engine is needed, and none
//! is used: what the images do with these files is not shown here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::bot::Bot;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/container")
}

/// A file without its comments.
fn read(name: &str) -> String {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    let code = text.lines().filter(|line| !line.trim_start().starts_with(['#', '/']));
    code.map(|line| format!("{line}\n")).collect()
}

fn value<'a>(text: &'a str, key: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(key));
    line.unwrap_or_else(|| panic!("{key}\n{text}")).trim().trim_matches('"')
}

#[test]
fn every_file_that_the_compose_file_mounts_or_builds_from_exists() {
    let compose = read("compose.yaml");
    let mounts = compose.lines().filter_map(|line| line.trim().strip_prefix("- ."));
    let mounts: Vec<String> = mounts.map(|rest| format!(".{rest}")).collect();
    assert_eq!(mounts.len(), 8, "{mounts:?}");
    for mount in mounts {
        let [from, to, "ro"] = mount.split(':').collect::<Vec<_>>()[..] else { panic!("{mount}") };
        assert!(folder().join(from).is_file(), "{mount}");
        assert!(to.starts_with("/etc/"), "{mount}");
    }
    let context = folder().join(value(&compose, "context:"));
    assert!(context.join(value(&compose, "dockerfile:")).is_file());
    let recipe = read("Containerfile");
    let copied = recipe.lines().filter_map(|line| line.strip_prefix("COPY "));
    for line in copied.filter(|line| !line.starts_with("--from")) {
        let words: Vec<&str> = line.split(' ').collect();
        let (_, sources) = words.split_last().unwrap();
        assert!(sources.iter().all(|source| context.join(source).exists()), "{line}");
    }
}

#[test]
fn every_volume_is_declared_and_every_image_has_a_version() {
    let compose = read("compose.yaml");
    let (services, volumes) = compose.split_once("\nvolumes:\n").unwrap();
    let declared: BTreeSet<&str> =
        volumes.lines().map(|line| line.trim().trim_end_matches(':')).collect();
    let used = services.lines().filter_map(|line| line.trim().strip_prefix("- "));
    let used = used.filter_map(|mount| mount.split_once(":/")).map(|(name, _)| name);
    let used: BTreeSet<&str> = used.filter(|name| !name.contains(['.', '-'])).collect();
    assert_eq!(declared, used);
    for line in services.lines().filter_map(|line| line.trim().strip_prefix("image: ")) {
        let (_, tag) = line.rsplit_once(':').unwrap();
        assert_ne!(tag, "latest", "{line}");
    }
    assert_eq!(services.matches("    image: ").count(), 5);
}

/// With the network of the machine whatever listens must say where, and say loopback.
#[test]
fn nothing_listens_beyond_loopback_and_the_bot_can_do_little() {
    let compose = read("compose.yaml");
    let services = compose.matches("    image: ").count();
    assert_eq!(compose.matches("    network_mode: host\n").count(), services);
    assert_eq!(compose.matches("    read_only: true\n").count(), services);
    assert_eq!(compose.matches("no-new-privileges:true").count(), services);
    // Alloy alone reads a file that is another user's.
    assert_eq!(compose.matches("    cap_drop: [ALL]\n").count(), services - 1);
    assert!(!compose.contains("cap_add"));
    assert!(!compose.contains("ports:") && !compose.contains("privileged: true"));
    for listens in [
        "--web.listen-address=127.0.0.1:9090",
        "--server.http.listen-addr=127.0.0.1:12345",
        "GF_SERVER_HTTP_ADDR: 127.0.0.1",
    ] {
        assert!(compose.contains(listens), "{listens}");
    }
    let loki = read("loki.yaml");
    assert_eq!(value(&loki, "http_listen_address:"), "127.0.0.1");
    assert_eq!(value(&loki, "grpc_listen_address:"), "127.0.0.1");
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        assert!(!fs::read_to_string(&path).unwrap().contains("0.0.0.0"), "{}", path.display());
    }
    let recipe = read("Containerfile");
    assert!(recipe.find("\nUSER 10001\n").unwrap() > recipe.rfind("\nRUN ").unwrap());
}

#[test]
fn ports_paths_and_names_are_the_same_on_both_sides() {
    let toml = read("mm-bot.toml");
    let bot = Bot::new().file("mm-bot.toml", &toml);
    let checked = bot.run(&["config", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    let compose = read("compose.yaml");
    let metrics = toml.split("[metrics]\n").nth(1).unwrap();
    let target = format!("\"{}\"", value(metrics, "listen = "));
    let prometheus = read("prometheus.yml");
    assert!(prometheus.contains(&target) && prometheus.contains("job_name: mm-bot\n"));
    assert!(
        compose.contains(&format!(
            ":{}:ro",
            value(&prometheus, "rule_files: [").trim_end_matches(']')
        ))
    );
    let alloy = read("config.alloy");
    let log = value(&toml, "file = ");
    assert!(alloy.contains(&format!("{{\"__path__\" = \"{log}\", \"job\" = \"mm-bot\"}}")));
    assert!(compose.contains("- log:/log\n") && compose.contains("- log:/log:ro\n"));
    assert!(log.starts_with("/log/") && value(&toml, "dir = ") == "/state");
    let sources = read("grafana-datasources.yaml");
    for port in [value(&read("loki.yaml"), "http_listen_port:"), "9090"] {
        assert!(sources.contains(&format!("url: http://127.0.0.1:{port}\n")), "{port}");
    }
    assert!(alloy.contains("\"http://127.0.0.1:3100/loki/api/v1/push\""));
    let alert = folder().join("../grafana/provisioning/alerting/mm-bot-etick.yaml");
    let alert = fs::read_to_string(alert).unwrap();
    assert!(alert.contains("datasourceUid: prometheus\n") && sources.contains("uid: prometheus\n"));
    let rules = value(&read("loki.yaml"), "directory:").to_owned();
    assert!(compose.contains(&format!(":{rules}/fake/mm-bot-rules.yaml:ro")));
}
