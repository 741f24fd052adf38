use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hl_client::{MarkError, NONCE_BLOCK, NonceAllocator, NonceError};
use hl_quant::Millis;
use hl_wire::Address;

const NOW: u64 = 1_758_000_001_013;
const HOUR: u64 = 3_600_000;
const SIGNER: Address = Address::new([7; 20]);

fn open(path: &Path) -> NonceAllocator {
    NonceAllocator::open(path, SIGNER).unwrap()
}

#[test]
fn a_nonce_is_the_time_or_one_more_than_the_last() {
    let nonces = NonceAllocator::in_memory();
    let take = |now| nonces.allocate(Millis(now)).unwrap().0;
    assert_eq!(take(NOW), NOW);
    assert_eq!(take(NOW), NOW + 1);
    assert_eq!(take(NOW + 1), NOW + 2);
    assert_eq!(take(NOW + 10), NOW + 10);
    assert_eq!(take(NOW - HOUR), NOW + 11, "a clock that is set back does not set nonces back");
}

/// Takes nonces in several threads at once and returns all of them, each thread's in its order.
fn stampede(nonces: &NonceAllocator, threads: u64, each: u64) -> Vec<Vec<u64>> {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    // Each thread has its own idea of the time, and it jumps about.
                    let clock = |i: u64| Millis(NOW + (i * 7919 * (worker + 1)) % 50);
                    (0..each).map(|i| nonces.allocate(clock(i)).unwrap().0).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    })
}

fn all_unique_and_rising(taken: &[Vec<u64>]) {
    for mine in taken {
        assert!(mine.windows(2).all(|pair| pair[0] < pair[1]), "not rising within a thread");
    }
    let unique: BTreeSet<_> = taken.iter().flatten().collect();
    assert_eq!(unique.len(), taken.iter().map(Vec::len).sum::<usize>(), "a nonce came twice");
}

#[test]
fn two_hundred_thousand_nonces_taken_by_eight_threads_are_all_different() {
    let nonces = NonceAllocator::in_memory();
    all_unique_and_rising(&stampede(&nonces, 8, 25_000));
}

#[test]
fn nonces_taken_by_threads_while_the_mark_moves_are_all_different_and_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    let nonces = open(&path);
    // Enough for the mark to move at least twice.
    let taken = stampede(&nonces, 4, NONCE_BLOCK);
    all_unique_and_rising(&taken);
    drop(nonces);
    let highest = taken.iter().flatten().max().unwrap();
    assert!(mark_in(&path) > *highest, "a crash now would repeat nonces");
}

/// The mark as it is on the disk.
fn mark_in(path: &Path) -> u64 {
    fs::read_to_string(path).unwrap().split(' ').nth(2).unwrap().parse().unwrap()
}

#[test]
fn the_mark_is_on_the_disk_before_the_first_nonce_below_it_is_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    let nonces = open(&path);
    for step in [0, 1, 1, 30_000, 40_000, 5, NONCE_BLOCK * 3] {
        let nonce = nonces.allocate(Millis(NOW + step)).unwrap().0;
        assert!(mark_in(&path) > nonce, "nonce {nonce} is not covered");
    }
}

#[test]
fn a_restart_with_a_clock_set_back_up_to_an_hour_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    let mut used = BTreeSet::new();
    // The same moments again and again, also ones that lie among nonces already used.
    for set_back in [0, 0, 1, 5, HOUR, HOUR, HOUR - 5, 0, NONCE_BLOCK / 2, NONCE_BLOCK, 0] {
        let nonces = open(&path);
        for i in 0..500 {
            let nonce = nonces.allocate(Millis(NOW - set_back + i / 50)).unwrap().0;
            assert!(used.insert(nonce), "nonce {nonce} came twice, {set_back} ms back");
        }
        // Dropped without a word, as in a crash: nothing is written at the end.
    }
    assert!(used.iter().max().unwrap() < &(NOW + 12 * NONCE_BLOCK));
}

#[test]
fn topping_up_moves_the_write_off_the_path_of_an_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    let nonces = open(&path);
    nonces.allocate(Millis(NOW)).unwrap();
    let before = mark_in(&path);
    assert!(!nonces.is_low(Millis(NOW)));
    nonces.top_up(Millis(NOW)).unwrap();
    assert_eq!(mark_in(&path), before, "not due");
    let later = Millis(NOW + NONCE_BLOCK / 2 + 1);
    assert!(nonces.is_low(later));
    nonces.top_up(later).unwrap();
    assert!(mark_in(&path) > before + NONCE_BLOCK / 4);
    assert!(!nonces.is_low(later));
}

#[test]
fn two_allocators_cannot_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    let first = open(&path);
    let second = NonceAllocator::open(&path, SIGNER);
    assert!(matches!(second, Err(MarkError::InUse { .. })), "{second:?}");
    drop(first);
    open(&path);
}

#[test]
fn a_file_of_another_signer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    open(&path).allocate(Millis(NOW)).unwrap();
    let other = NonceAllocator::open(&path, Address::new([8; 20]));
    assert!(matches!(other, Err(MarkError::WrongSigner { .. })), "{other:?}");
}

#[test]
fn a_damaged_file_is_a_typed_error_whichever_byte_is_wrong_or_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    open(&path).allocate(Millis(NOW)).unwrap();
    let sound = fs::read(&path).unwrap();
    for at in 0..sound.len() {
        let mut flipped = sound.clone();
        flipped[at] ^= 1;
        for (what, bytes) in [("flipped", &flipped[..]), ("cut", &sound[..at])] {
            fs::write(&path, bytes).unwrap();
            let opened = NonceAllocator::open(&path, SIGNER);
            assert!(matches!(opened, Err(MarkError::Damaged { .. })), "{what} at {at}: {opened:?}");
        }
    }
    fs::write(&path, vec![b'x'; 100_000]).unwrap();
    assert!(matches!(NonceAllocator::open(&path, SIGNER), Err(MarkError::Damaged { .. })));
    fs::write(&path, &sound).unwrap();
    open(&path);
}

#[test]
fn a_mark_that_cannot_be_written_stops_the_nonces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    let nonces = open(&path);
    nonces.allocate(Millis(NOW)).unwrap();
    // The place of the new file is taken by a folder.
    fs::create_dir(folder.path().join("nonces.new")).unwrap();
    assert!(nonces.allocate(Millis(NOW + 1)).is_ok(), "still covered");
    let refused = nonces.allocate(Millis(NOW + NONCE_BLOCK * 2));
    assert!(matches!(refused, Err(NonceError::Mark(MarkError::Io { .. }))), "{refused:?}");
    fs::remove_dir(folder.path().join("nonces.new")).unwrap();
    assert!(nonces.allocate(Millis(NOW + NONCE_BLOCK * 2)).is_ok());
}

#[test]
fn a_mark_from_a_clock_far_ahead_is_reported_and_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    open(&path).allocate(Millis(NOW + 30 * 24 * HOUR)).unwrap();
    let refused = open(&path).allocate(Millis(NOW));
    assert!(matches!(refused, Err(NonceError::TooFarAhead { .. })), "{refused:?}");
    assert!(open(&path).allocate(Millis(NOW + 30 * 24 * HOUR)).is_ok());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    open(&path).allocate(Millis(NOW)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn beside_the_holder_nonces_lie_beyond_all_that_it_has_used_and_its_lock_is_not_needed() {
    let dir = tempfile::TempDir::new().unwrap();
    let path = dir.path().join("mark");
    let holder = open(&path);
    let used = holder.allocate(Millis(NOW)).unwrap().0;
    let mut seen = BTreeSet::from([used]);
    for clock in [NOW, NOW - HOUR - 7_777, NOW + 5 * NONCE_BLOCK] {
        let beside = NonceAllocator::beside(&path, SIGNER, Millis(clock)).unwrap();
        let nonce = beside.allocate(Millis(clock)).unwrap().0;
        assert!(nonce > clock && nonce > used + NONCE_BLOCK, "{nonce}");
        assert!(seen.insert(beside.allocate(Millis(clock)).unwrap().0), "each once");
    }
    let again = |clock| NonceAllocator::beside(&path, SIGNER, Millis(clock)).unwrap();
    let (one, two) = (again(NOW + 40), again(NOW + 50));
    let (one, two) = (one.allocate(Millis(NOW)).unwrap(), two.allocate(Millis(NOW)).unwrap());
    assert_eq!(two.0 - one.0, 10, "while the mark stands still, starts differ as their times do");
    assert_eq!(holder.allocate(Millis(NOW)).unwrap().0, used + 1, "the holder goes on as before");
    let fresh = NonceAllocator::beside(&dir.path().join("none"), SIGNER, Millis(NOW)).unwrap();
    assert!(fresh.allocate(Millis(NOW)).unwrap().0 > NOW, "without a mark, by the clock");
    assert!(!dir.path().join("none").exists(), "and nothing is written");
    let other = NonceAllocator::beside(&path, Address::new([8; 20]), Millis(NOW));
    assert!(matches!(other, Err(MarkError::WrongSigner { .. })), "{other:?}");
}
