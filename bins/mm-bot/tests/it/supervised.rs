//! What a supervisor hears, as `systemd` would.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use crate::bot::Bot;

#[test]
fn a_supervisor_hears_that_the_loop_is_ready_alive_and_stopping() {
    let bot = Bot::new();
    let path = bot.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let bot = bot.env("NOTIFY_SOCKET", path.to_str().unwrap());
    let done = bot.run(&["run", "--for", "4s"]);
    assert_eq!(done.code, 0, "{done:?}");
    let mut heard = Vec::new();
    let mut buffer = [0_u8; 256];
    while let Ok(n) = socket.recv(&mut buffer) {
        heard.push(String::from_utf8(buffer[..n].to_vec()).unwrap());
    }
    let count = |word: &str| heard.iter().filter(|text| text.contains(word)).count();
    assert_eq!(count("READY=1"), 1, "{heard:?}");
    assert!(heard[0].contains("READY=1"), "{heard:?}");
    assert_eq!(count("STOPPING=1"), 1, "{heard:?}");
    let alive = count("WATCHDOG=1");
    assert!((3..=8).contains(&alive), "once a second: {heard:?}");
}
