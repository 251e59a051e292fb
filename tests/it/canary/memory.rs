//! A process's memory as a core dump has it: all that it can read and that is not merely a file's content.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Where in a dump which part of memory is.
pub struct Mapped(Vec<(u64, String)>);

impl Mapped {
    /// What a place in the dump was.
    pub fn name_at(&self, at: u64) -> String {
        let last = self.0.iter().rfind(|(begin, _)| *begin <= at);
        last.map(|(begin, line)| format!("{line} + {:#x}", at - begin)).unwrap_or_default()
    }
}

/// Writes the memory of a process that this one may trace, its child, to a file.
pub fn dump(process: u32, to: &Path) -> Mapped {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut file = BufWriter::new(File::create(to).unwrap());
    let (mut at, mut mapped) = (0, Vec::new());
    for line in maps.lines().filter(|line| is_its_own(line)) {
        let (begin, end) = line.split_whitespace().next().unwrap().split_once('-').unwrap();
        let address = |hex| u64::from_str_radix(hex, 16).unwrap();
        memory.seek(SeekFrom::Start(address(begin))).unwrap();
        let wanted = address(end) - address(begin);
        // A mapping can shrink while it is read.
        let copied = copy(&mut memory, &mut file, wanted);
        assert!(copied == wanted || line.contains('['), "{line}: {copied} of {wanted}");
        mapped.push((at, line.to_owned()));
        at += copied;
    }
    file.flush().unwrap();
    assert!(at > 1_000_000 && mapped.iter().any(|(_, line)| line.ends_with("[stack]")), "{at} bytes of it");
    Mapped(mapped)
}

/// Whether a mapping holds what the process made, as opposed to a file that others can read anyway.
fn is_its_own(line: &str) -> bool {
    let mut parts = line.split_whitespace();
    let (rights, file) = (parts.nth(1).unwrap(), parts.nth(3));
    let is_a_file = file.is_some_and(|file| file.starts_with('/'));
    let of_the_kernel = file.is_some_and(|file| file.starts_with("[v"));
    rights.starts_with('r') && !of_the_kernel && (!is_a_file || rights.contains('w') || rights.ends_with('s'))
}

fn copy(from: &mut File, to: &mut impl Write, wanted: u64) -> u64 {
    let mut copied = 0;
    let mut buffer = vec![0; 1 << 20];
    while copied < wanted {
        let most = buffer.len().min(usize::try_from(wanted - copied).unwrap());
        match from.read(&mut buffer[..most]) {
            Ok(0) | Err(_) => break,
            Ok(read) => {
                to.write_all(&buffer[..read]).unwrap();
                copied += read as u64;
            }
        }
    }
    copied
}
