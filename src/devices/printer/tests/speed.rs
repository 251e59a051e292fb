//! How long a resident waits for the receipt, in the time of the line and the paper.

use std::time::Duration;

use super::desk::{Desk, STEP};
use crate::devices::printer::PrinterEvent;
use crate::devices::printer::simulator::{PaperReceipt, Physics};

/// A receipt of the example municipality, of about 5 kB.
const RECEIPT: &[u8] = include_bytes!("../../../../tests/fixtures/receipt-nl.bin");
const LIMIT: Duration = Duration::from_secs(3);

/// From the wish to print until the receipt lies in the tray, and until the driver knows.
fn time_to_cut(baud: u32, bytes: &[u8]) -> (Duration, Duration, PaperReceipt) {
    let mut desk = Desk::ready_with(Physics { draws: false, ..Physics::real(baud) });
    let start = desk.now;
    let job = desk.print_bytes(bytes.to_vec(), 200);
    let mut receipts = Vec::new();
    while receipts.is_empty() {
        desk.step();
        receipts = desk.printer.take_receipts();
        assert!(desk.now < start + Duration::from_secs(30), "no receipt at {baud} baud");
    }
    let cut = desk.now - start;
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    (cut, desk.now - start, receipts.remove(0))
}

#[test]
fn a_receipt_of_20_cm_is_cut_within_three_seconds_on_a_line_of_38400_baud() {
    let (cut, told, receipt) = time_to_cut(38_400, RECEIPT);
    println!("cut after {cut:?}, known after {told:?}");
    assert!(receipt.cut && receipt.text.contains("Bedankt"), "{}", receipt.text);
    assert!(cut <= LIMIT && told <= LIMIT, "cut after {cut:?}, known after {told:?}");
}

#[test]
fn a_job_begins_at_once_whatever_the_driver_is_asking() {
    // At every moment of a second of idle polling.
    for moment in 0..50 {
        let mut desk = Desk::ready_with(Physics { draws: false, ..Physics::real(38_400) });
        desk.pass(STEP * moment);
        let start = desk.now;
        desk.print("Els", 2);
        while desk.printer.paper_now().text.is_empty() {
            desk.step();
        }
        assert!(desk.now - start <= Duration::from_millis(300), "{moment}: {:?}", desk.now - start);
    }
}

#[test]
fn a_fast_line_is_limited_by_the_paper_alone() {
    let (cut, _, _) = time_to_cut(115_200, RECEIPT);
    let (slower, _, _) = time_to_cut(19_200, RECEIPT);
    println!("115200: {cut:?}, 19200: {slower:?}");
    assert!(cut <= Duration::from_millis(2_200), "{cut:?}");
    assert!(cut < slower);
}
