//! What the driver tells the printer by itself, around the bytes of a receipt.
//!
//! Invariant: real-time commands (`DLE`) are obeyed at once, the others in order with the receipt.

/// `DLE ENQ 2`: recover from an error and clear receive and print buffers.
pub const CLEAR: &[u8] = &[0x10, 0x05, 0x02];
/// `ESC @`: initialise; `GS a`: tell every change of online state, errors and paper by itself.
pub const INITIALISE: &[u8] = &[0x1b, b'@', 0x1d, b'a', 0x0e];
/// `ESC J`: feed 5 mm; `GS V 66`: feed to the cutter and cut, but for one point.
pub const FEED_AND_CUT: &[u8] = &[0x1b, b'J', 40, 0x1d, b'V', 66, 0];
/// How much paper [`FEED_AND_CUT`] takes: 5 mm, and about 12 mm from the head to the cutter.
pub const FEED_AND_CUT_MM: u32 = 17;
/// `GS r 1`: send the paper sensor's status when all before it was processed.
pub const ASK_PAPER_SENSOR: &[u8] = &[0x1d, b'r', 1];

/// `DLE EOT n` for the questions 0 to 3: printer, offline cause, error, paper.
pub fn ask_status(question: usize) -> Vec<u8> {
    let number = [1, 2, 3, 4][question];
    vec![0x10, 0x04, number]
}

/// `GS ( H`, function 48: send back this id when all before it is printed.
pub fn ask_to_confirm(id: [u8; 4]) -> Vec<u8> {
    let mut bytes = vec![0x1d, b'(', b'H', 6, 0, 48, 48];
    bytes.extend(id);
    bytes
}
