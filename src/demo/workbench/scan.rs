//! Paper as the workbench shows it: its picture, made as small as the window has room for.
//!
//! Invariant: what is made smaller keeps its grey, so that small letters stay what they are.

use slint::{Image, Rgba8Pixel, SharedPixelBuffer};

/// A PNG of paper as Slint shows it, at most `width` pixels wide. Slint's software renderer leaves out rows
/// and columns when it shrinks, and letters would change into others.
pub(super) fn picture(png: &[u8], width: usize) -> Option<Image> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().ok()?;
    let mut bytes = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut bytes).ok()?;
    let per_pixel = info.color_type.samples();
    let grey: Vec<u8> = bytes.chunks_exact(per_pixel).map(|pixel| pixel[0]).collect();
    let from = (info.width as usize, info.height as usize);
    let (grey, (columns, rows)) = shrunk(&grey, from, width);
    let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(columns as u32, rows as u32);
    for (to, grey) in buffer.make_mut_slice().iter_mut().zip(grey) {
        *to = Rgba8Pixel { r: grey, g: grey, b: grey, a: 255 };
    }
    Some(Image::from_rgba8(buffer))
}

/// A grey picture of (columns, rows), shrunk to `width` columns: each new pixel is the mean of the area
/// that it covers.
fn shrunk(grey: &[u8], (columns, rows): (usize, usize), width: usize) -> (Vec<u8>, (usize, usize)) {
    if width == 0 || width >= columns {
        return (grey.to_vec(), (columns, rows));
    }
    let height = (rows * width).div_ceil(columns);
    // How much of each old row or column lies in a new one, in parts of `width`.
    let covered = |new: usize, end: usize| {
        let (from, to) = (new * columns, ((new + 1) * columns).min(end * width));
        (from / width..to.div_ceil(width))
            .map(move |old| (old, ((old + 1) * width).min(to).saturating_sub((old * width).max(from))))
    };
    let mut small = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let (mut sum, mut area) = (0, 0);
            for (y, high) in covered(row, rows) {
                for (x, wide) in covered(column, columns) {
                    sum += usize::from(grey[y * columns + x]) * high * wide;
                    area += high * wide;
                }
            }
            small.push(u8::try_from(sum / area.max(1)).unwrap_or(u8::MAX));
        }
    }
    (small, (width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrunk_paper_keeps_its_grey() {
        let black_and_white: Vec<u8> = (0..9 * 6).map(|at| if at % 3 == 0 { 0 } else { 255 }).collect();
        let (small, (columns, rows)) = shrunk(&black_and_white, (9, 6), 3);
        assert_eq!((columns, rows, small), (3, 2, vec![170; 6]));
        let (small, size) = shrunk(&[0, 100, 200], (3, 1), 2);
        assert_eq!((small, size), (vec![33, 166], (2, 1)));
        assert_eq!(shrunk(&[7], (1, 1), 400), (vec![7], (1, 1)));
    }
}
