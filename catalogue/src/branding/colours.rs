//! The colours of a screen by their roles, and those without a branding.

use crate::colour::Colour;

/// The colours of a screen by their roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    /// The ground of the screen.
    pub surface: Colour,
    /// The ground of what can be touched.
    pub surface_raised: Colour,
    /// The same while it is touched.
    pub surface_pressed: Colour,
    /// Words.
    pub ink: Colour,
    /// Words that matter less.
    pub ink_soft: Colour,
    /// Lines around what can be touched.
    pub line: Colour,
    /// The ground of the primary action and of the logo.
    pub brand: Colour,
    /// The same while it is touched.
    pub brand_pressed: Colour,
    /// Words on the two.
    pub on_brand: Colour,
    /// The outer half of the ring around what has the focus.
    pub focus_outer: Colour,
    /// The inner half.
    pub focus_inner: Colour,
    /// It went well.
    pub positive: Colour,
    /// The ground of what says so.
    pub positive_ground: Colour,
    /// Take care.
    pub caution: Colour,
    /// The ground of what says so.
    pub caution_ground: Colour,
    /// It went wrong, or stops.
    pub negative: Colour,
    /// The ground of what says so.
    pub negative_ground: Colour,
    /// The picture on the first screen, on which no words stand: the colour of the municipality, three beside it,
    /// and a quiet one.
    pub shapes: [Colour; 5],
}

impl Colours {
    /// The colours of the light screen without a branding.
    pub const LIGHT: Self = Self {
        surface: Colour::new(0xf7_f5_f0),
        surface_raised: Colour::new(0xff_ff_ff),
        surface_pressed: Colour::new(0xd9_e3_e8),
        ink: Colour::new(0x10_21_2c),
        ink_soft: Colour::new(0x3a_4a_55),
        line: Colour::new(0x6b_7a_84),
        brand: Colour::new(0x0a_4a_6d),
        brand_pressed: Colour::new(0x06_31_4a),
        on_brand: Colour::new(0xff_ff_ff),
        focus_outer: Colour::new(0x00_00_00),
        focus_inner: Colour::new(0xff_c6_0a),
        positive: Colour::new(0x0b_4f_2e),
        positive_ground: Colour::new(0xe2_f2_e8),
        caution: Colour::new(0x5c_38_00),
        caution_ground: Colour::new(0xff_f0_cc),
        negative: Colour::new(0x7f_10_10),
        negative_ground: Colour::new(0xfd_e8_e4),
        shapes: [
            Colour::new(0x0a_4a_6d),
            Colour::new(0x4d_9c_c2),
            Colour::new(0xf0_b1_3a),
            Colour::new(0x7f_b0_8a),
            Colour::new(0xdf_e7_e6),
        ],
    };

    /// The colours of the dark screen without a branding.
    pub const DARK: Self = Self {
        surface: Colour::new(0x0e_17_1d),
        surface_raised: Colour::new(0x1b_27_31),
        surface_pressed: Colour::new(0x31_41_4d),
        ink: Colour::new(0xf7_f4_ec),
        ink_soft: Colour::new(0xcb_d5_da),
        line: Colour::new(0x87_98_a3),
        brand: Colour::new(0x9a_d4_f0),
        brand_pressed: Colour::new(0xd2_ed_fa),
        on_brand: Colour::new(0x06_20_2f),
        focus_outer: Colour::new(0xff_ff_ff),
        focus_inner: Colour::new(0x8a_3b_00),
        positive: Colour::new(0x9b_e6_ba),
        positive_ground: Colour::new(0x10_30_1f),
        caution: Colour::new(0xff_d9_8a),
        caution_ground: Colour::new(0x3a_2a_06),
        negative: Colour::new(0xff_c2_b8),
        negative_ground: Colour::new(0x45_16_12),
        shapes: [
            Colour::new(0x17_3a_4e),
            Colour::new(0x25_60_7f),
            Colour::new(0x9c_6f_12),
            Colour::new(0x3d_6b_4b),
            Colour::new(0x24_33_3d),
        ],
    };

    /// The colour of a role, by its name.
    pub(super) fn role(&mut self, role: &str) -> Option<&mut Colour> {
        Some(match role {
            "surface" => &mut self.surface,
            "surface-raised" => &mut self.surface_raised,
            "surface-pressed" => &mut self.surface_pressed,
            "ink" => &mut self.ink,
            "ink-soft" => &mut self.ink_soft,
            "line" => &mut self.line,
            "brand" => &mut self.brand,
            "brand-pressed" => &mut self.brand_pressed,
            "on-brand" => &mut self.on_brand,
            "focus-outer" => &mut self.focus_outer,
            "focus-inner" => &mut self.focus_inner,
            "positive" => &mut self.positive,
            "positive-ground" => &mut self.positive_ground,
            "caution" => &mut self.caution,
            "caution-ground" => &mut self.caution_ground,
            "negative" => &mut self.negative,
            "negative-ground" => &mut self.negative_ground,
            _ => return None,
        })
    }
}
