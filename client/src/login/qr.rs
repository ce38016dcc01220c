//! A page's address as a QR code of characters.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::error::{Error, Own};

/// Light around the code, in its own squares. The standard wants four; two are enough for cameras, and
/// the address of a usual login then fits into 80 columns.
const QUIET: i32 = 2;
/// Black behind and white before: both are said, so that it is not inverted where terminals are light.
const COLOURS: &str = "\x1b[40;97m";
const NO_COLOURS: &str = "\x1b[0m";

/// Draws it with two squares a character, one above the other.
pub(super) fn draw(page: &str) -> Result<String, Error> {
    let code = QrCode::encode_text(page, QrCodeEcc::Low).map_err(|_| {
        Error::new(Own::BadAnswer, "the page's address is too long for a QR code", "leave --qr out")
    })?;
    let is_light = |x, y| !code.get_module(x, y);
    let (begin, end) = (-QUIET, code.size() + QUIET);
    let mut drawing = String::new();
    for y in (begin..end).step_by(2) {
        drawing += COLOURS;
        // The last row may have nothing below it; squares outside are light.
        drawing.extend((begin..end).map(|x| match (is_light(x, y), is_light(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        }));
        drawing += NO_COLOURS;
        drawing.push('\n');
    }
    drawing.push('\n');
    Ok(drawing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(drawing: &str) -> Vec<Vec<char>> {
        let bare = drawing.replace(COLOURS, "").replace(NO_COLOURS, "");
        bare.lines().filter(|line| !line.is_empty()).map(|line| line.chars().collect()).collect()
    }

    #[test]
    fn light_surrounds_the_code_and_its_corners_are_where_cameras_look() {
        let rows = rows(&draw("https://app.example.test/").expect("short"));
        assert!(rows.iter().all(|row| row.len() == rows[0].len() && row[..2] == ['█', '█']));
        assert!(rows[0].iter().all(|c| *c == '█'));
        // The upper left corner: a dark square of seven with a light ring in it.
        let corner: Vec<String> = rows[1..5].iter().map(|row| row[2..9].iter().collect()).collect();
        assert_eq!(corner, [" ▄▄▄▄▄ ", " █   █ ", " █▄▄▄█ ", "▄▄▄▄▄▄▄"]);
    }

    #[test]
    fn a_usual_login_fits_into_eighty_columns() {
        let audience = "0123456789abcdef".repeat(4);
        let key = "j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8";
        let page = format!(
            "https://app.example.com/cdn-cgi/access/cli?aud={audience}&edge_token_transfer=true\
             &redirect_url=https%3A%2F%2Fapp.example.com%3Faud%3D{audience}%26token%3D{key}%253D\
             &send_org_token=true&token={key}%3D"
        );
        let drawing = draw(&page).expect("short");
        assert!(rows(&drawing)[0].len() <= 80);
        assert!(drawing.lines().all(|line| line.is_empty() || line.ends_with(NO_COLOURS)));
        assert!(draw(&"x".repeat(4000)).is_err());
    }
}
