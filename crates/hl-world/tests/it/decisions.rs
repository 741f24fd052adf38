//! A world's processes recorded at the door of their engines: what was told and what was said, through
//! bytes and back, is what a fresh engine says to the same inputs.

use std::collections::{BTreeMap, VecDeque};

use hl_engine::{Command, Engine, Event, Input, Output};
use hl_journal::decisions::{Close, Encoder, End, Head, Packer, Reader, replay};
use hl_quant::Millis;
use hl_world::{BotId, Breach, Checker, Observation, RunConfig, Scene, Started, run_seed};

/// One process: a second engine that hears what the first one hears, and the journal of both.
struct Process {
    engine: Engine,
    encoder: Encoder,
    packer: Packer,
    file: Vec<u8>,
    told: u64,
    /// What the second engine has said and the first one has not been heard to say yet.
    events: VecDeque<Event>,
    commands: VecDeque<Command>,
    agreed: u64,
}

impl Process {
    fn new(head: Head) -> Self {
        let (engine, encoder) = (head.engine(), Encoder::new(&head));
        let (mut packer, mut file) = (Packer::new(head), Vec::new());
        packer.begin(&mut file);
        let (events, commands) = (VecDeque::new(), VecDeque::new());
        Self { engine, encoder, packer, file, told: 0, events, commands, agreed: 0 }
    }

    fn hear(&mut self, now: Millis, input: &Input<'_>) {
        self.told += 1;
        self.encoder.input(now, input);
        self.engine.handle(now, *input);
        loop {
            match self.engine.poll() {
                Output::Event(event) => {
                    self.encoder.event(&event);
                    self.events.push_back(event);
                }
                Output::Command(command) => {
                    self.encoder.command(&command);
                    self.commands.push_back(command);
                }
                Output::WaitUntil(at) => {
                    self.encoder.end(at);
                    break;
                }
            }
        }
        if self.encoder.len() > 50_000 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let raw = self.encoder.take(Vec::new());
        self.packer.entries(&raw, &mut self.file);
    }
}

/// Records every process of a world.
#[derive(Default)]
struct Recorder {
    started: BTreeMap<BotId, Started>,
    processes: BTreeMap<BotId, Process>,
}

impl Recorder {
    fn process(&mut self, scene: &Scene<'_>, bot: BotId) -> Option<(&mut Process, Millis)> {
        let here = scene.bots.iter().find(|it| it.bot == bot)?;
        if let Some(started) = self.started.remove(&bot) {
            let head = Head {
                run: started.run,
                seed: started.run,
                version: String::new(),
                fingerprint: String::new(),
                account: scene.account.to_string(),
                started: here.now,
                assets: Vec::new(),
                config: here.engine.config().clone(),
                carry: started.carry,
                samples: Vec::new(),
            };
            self.processes.insert(bot, Process::new(head));
        }
        self.processes.get_mut(&bot).map(|process| (process, here.now))
    }
}

impl Checker for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, breaches: &mut Vec<Breach>) {
        let mut breach = |what: String| {
            breaches.push(Breach { invariant: "replay", at: scene.now, what });
        };
        match seen {
            Observation::Started(started) => {
                self.started.insert(started.bot, Started::clone(started));
            }
            Observation::Told { bot, input } => {
                if let Some((process, now)) = self.process(scene, *bot) {
                    process.hear(now, input);
                }
            }
            Observation::Event { bot, event } => {
                let Some((process, _)) = self.process(scene, *bot) else { return };
                match process.events.pop_front() {
                    Some(said) if said == **event => process.agreed += 1,
                    said => breach(format!("{bot} said {event}, its double {said:?}")),
                }
            }
            Observation::Command { bot, command } => {
                let Some((process, _)) = self.process(scene, *bot) else { return };
                match process.commands.pop_front() {
                    Some(asked) if asked == **command => process.agreed += 1,
                    asked => breach(format!("{bot} asked {command:?}, its double {asked:?}")),
                }
            }
            _ => {}
        }
    }
}

fn recorded(seed: u64) -> (u64, u64, u64) {
    let config = RunConfig { faults_ms: 600_000, ..RunConfig::hours(1) };
    let mut recorder = Recorder::default();
    let report = run_seed(&config, seed, &mut recorder).unwrap();
    assert_eq!(report.breaches, Vec::new(), "seed {seed}");
    let (mut entries, mut agreed, mut bytes) = (0, 0, 0);
    for (bot, mut process) in recorder.processes {
        process.cut();
        process.packer.end(Close::Ended, &mut process.file);
        let mut reader = Reader::open(&process.file[..]).unwrap();
        let replayed = replay(&mut reader, |_, _| {});
        assert!(replayed.is_identical(), "seed {seed} {bot}: {:?}", replayed.stop);
        assert_eq!(replayed.end, Some(End::Closed), "seed {seed} {bot}");
        assert_eq!(replayed.tally.entries, process.told, "seed {seed} {bot}");
        entries += process.told;
        agreed += process.agreed;
        bytes += process.file.len() as u64;
    }
    (entries, agreed, bytes)
}

#[test]
fn the_journal_of_every_process_of_a_world_replays_to_the_byte() {
    let mut all = (0, 0, 0);
    for seed in 1..=3 {
        let (entries, agreed, bytes) = recorded(seed);
        all = (all.0 + entries, all.1 + agreed, all.2 + bytes);
    }
    let (entries, agreed, bytes) = all;
    println!("{entries} inputs, {agreed} outputs that both engines said, {bytes} bytes");
    assert!(entries > 10_000 && agreed > 500, "{all:?}");
}
