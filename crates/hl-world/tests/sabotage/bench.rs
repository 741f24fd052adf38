//! A copy of the workspace in which bugs are planted, built and hunted.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use crate::bugs::{Bug, Edit};

/// Minutes of faults in each seed.
const MINUTES: u64 = 10;
/// A hunt that takes longer than this hangs; that is noticed, too.
const PATIENCE: Duration = Duration::from_secs(600);

/// What is built again for each bug is not optimised: a hunt is a few seconds long, its build would be
/// more.
const QUICK_TO_BUILD: [&str; 3] = [
    "profile.mutants.package.hl-engine.opt-level=0",
    "profile.mutants.package.hl-journal.opt-level=0",
    "profile.mutants.package.hl-world.opt-level=0",
];

/// How a bug fared.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A rule was broken: what the hunt said, and how long the hunt ran.
    Caught { said: String, seconds: u64 },
    /// Every seed was silent.
    Silent,
    /// It could not be planted or built.
    Unplanted(String),
}

impl Verdict {
    pub const fn is_caught(&self) -> bool {
        matches!(self, Self::Caught { .. })
    }

    pub fn words(&self) -> String {
        match self {
            Self::Caught { said, seconds } => format!("caught   {seconds:>3} s  {said}"),
            Self::Silent => "silent".to_owned(),
            Self::Unplanted(why) => format!("unplanted: {why}"),
        }
    }
}

/// One copy and its build directory, kept between runs so that only what changed is built.
pub struct Bench {
    source: PathBuf,
    target: PathBuf,
}

impl Bench {
    pub fn new(worker: usize) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let base =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let base = base.join("sabotage").join(worker.to_string());
        let bench = Self { source: base.join("source"), target: base.join("target") };
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .expect("git lists the sources");
        for file in String::from_utf8(listed.stdout).expect("paths are text").lines() {
            let Ok(text) = fs::read(root.join(file)) else { continue };
            bench.write(file, &text);
        }
        bench
    }

    /// Plants a bug, hunts it, and takes it out again.
    /// `but_not` are seeds that are not silent without a bug either.
    pub fn try_bug(&self, bug: &Bug, seeds: u64, but_not: &[u64]) -> Verdict {
        let mut before = Vec::new();
        let mut planted = Ok(());
        for edit in &bug.edits {
            let path = self.source.join(&edit.file);
            let text = fs::read_to_string(&path).unwrap_or_default();
            planted = planted.and_then(|()| self.plant(edit, &text));
            before.push((edit.file.clone(), text));
        }
        let verdict = match (planted, &bug.test) {
            (Ok(()), None) => self.hunt(bug.seed, seeds, but_not),
            (Ok(()), Some(test)) => self.test(test),
            (Err(why), _) => Verdict::Unplanted(why),
        };
        // The first edit of a file saw it whole: undo the last one first.
        for (file, text) in before.iter().rev() {
            self.write(file, text.as_bytes());
        }
        verdict
    }

    fn plant(&self, edit: &Edit, text: &str) -> Result<(), String> {
        match text.matches(&edit.find).count() {
            1 => {
                self.write(&edit.file, text.replacen(&edit.find, &edit.put, 1).as_bytes());
                Ok(())
            }
            n => Err(format!("its passage occurs {n} times in {}", edit.file)),
        }
    }

    /// Cargo in the copy, optimised a little and without a word about warnings.
    fn cargo(&self, arguments: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO"))
            .args(arguments)
            .args(QUICK_TO_BUILD.iter().flat_map(|option| ["--config", option]))
            .current_dir(&self.source)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "1")
            .env("RUSTFLAGS", "--cap-lints allow")
            .env("RUST_BACKTRACE", "0")
            .output()
            .expect("cargo runs")
    }

    /// Runs named tests on the copy as it is: one that fails has noticed.
    fn test(&self, test: &str) -> Verdict {
        let words = test.split(' ');
        let all = ["test", "--quiet", "--profile", "mutants"].into_iter().chain(words);
        let all: Vec<&str> = all.collect();
        let build = all.iter().copied().chain(["--no-run"]).collect::<Vec<_>>();
        if let Some(error) = failed_build(&self.cargo(&build)) {
            return Verdict::Unplanted(error);
        }
        let begin = Instant::now();
        let run = self.cargo(&all);
        let said = String::from_utf8_lossy(&run.stdout);
        match run.status.success() {
            true if said.contains(" 0 passed") => Verdict::Unplanted(format!("no test: {test}")),
            true => Verdict::Silent,
            false => {
                Verdict::Caught { said: format!("test {test}"), seconds: begin.elapsed().as_secs() }
            }
        }
    }

    /// Builds the copy as it is and runs seeds from `first` on until one is not silent.
    pub fn hunt(&self, first: u64, seeds: u64, but_not: &[u64]) -> Verdict {
        let build =
            ["build", "--quiet", "--profile", "mutants", "-p", "hl-world", "--example", "hunt"];
        if let Some(error) = failed_build(&self.cargo(&build)) {
            return Verdict::Unplanted(error);
        }
        let begin = Instant::now();
        let mut run = Command::new(self.target.join("mutants/examples/hunt"))
            .args([first, seeds, MINUTES].iter().chain(but_not).map(u64::to_string))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the hunt runs");
        while run.try_wait().expect("the hunt can be waited for").is_none() {
            if begin.elapsed() > PATIENCE {
                run.kill().expect("the hunt can be ended");
                let said = "it never came to an end".to_owned();
                return Verdict::Caught { said, seconds: begin.elapsed().as_secs() };
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let run = run.wait_with_output().expect("the hunt has ended");
        if run.status.success() {
            return Verdict::Silent;
        }
        let said = String::from_utf8_lossy(&run.stdout).trim().to_owned();
        Verdict::Caught { said, seconds: begin.elapsed().as_secs() }
    }

    /// The seeds among the first ones that break a rule without any bug.
    pub fn control(&self, seeds: u64) -> (Vec<u64>, Verdict) {
        let (mut but_not, mut found) = (Vec::new(), None);
        let mut from = 0;
        while from < seeds {
            let verdict = self.hunt(from, seeds - from, &[]);
            let Verdict::Caught { said, .. } = &verdict else {
                return (but_not, found.unwrap_or(verdict));
            };
            println!("no bug: {said}");
            let number = said.strip_prefix("seed=").and_then(|rest| rest.split(' ').next());
            let Some(seed) = number.and_then(|number| number.parse().ok()) else {
                return (but_not, verdict);
            };
            but_not.push(seed);
            from = seed + 1;
            found.get_or_insert(verdict);
        }
        (but_not, found.unwrap_or(Verdict::Silent))
    }

    /// Leaves a file alone that is as it should be, so that nothing is built for nothing.
    fn write(&self, file: &str, text: &[u8]) {
        let path = self.source.join(file);
        if fs::read(&path).is_ok_and(|old| old == text) {
            return;
        }
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("mkdir");
        fs::write(&path, text).expect("the copy can be written");
    }
}

/// The first error of a build that failed.
fn failed_build(build: &std::process::Output) -> Option<String> {
    if build.status.success() {
        return None;
    }
    let said = String::from_utf8_lossy(&build.stderr);
    let error = said.lines().find(|line| line.starts_with("error")).unwrap_or("no error");
    Some(error.to_owned())
}
