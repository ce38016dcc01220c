//! Seals bytes under a key, and makes the key from a passphrase: XChaCha20-Poly1305 and Argon2id.
//!
//! The sealed file, the agent's memory and a locked agent use it. A sealed text is `nonce (24) · ciphertext · tag (16)`;
//! the nonce is random, which 24 bytes allow without counting.

mod page;
mod vault;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use usher_proto::Secret;
use zeroize::{Zeroize, Zeroizing};

pub use self::vault::Vault;

/// Length of a key, in bytes.
const KEY: usize = 32;
/// Length of a salt, in bytes; RFC 9106 recommends 16.
const SALT: usize = 16;
/// Length of XChaCha20's nonce, in bytes.
const NONCE: usize = 24;
/// Length of Poly1305's tag, in bytes.
const TAG: usize = 16;

/// What sealing adds to the length of a text, in bytes.
pub const OVERHEAD: usize = NONCE + TAG;

/// Says that a sealed text does not open: the key is another one, or somebody changed the bytes.
/// The two cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotOpen;

/// Says that no key can be made: the cost is out of bounds, or there is not enough memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotDerive;

/// What one guess at a passphrase costs. It is stored beside the salt, so that it may change later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Lanes; they are computed one after the other.
    pub lanes: u32,
}

impl Default for Cost {
    /// RFC 9106's second recommendation (64 MiB, three passes) with one lane, as nothing here runs in parallel.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 }
    }
}

impl Cost {
    /// Most memory, passes and lanes that are believed: a file that somebody else wrote must not
    /// take the machine down. 1 GiB and 32 passes are above every published recommendation.
    const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 32, lanes: 16 };

    fn parameters(self) -> Result<Params, CannotDerive> {
        let most = Self::MOST;
        if self.memory_kib > most.memory_kib || self.passes > most.passes || self.lanes > most.lanes {
            return Err(CannotDerive);
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(KEY)).map_err(|_| CannotDerive)
    }
}

/// Makes equal passphrases give different keys. It is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; SALT]);

impl Salt {
    /// Draws a new one.
    pub fn random() -> Self {
        let mut bytes = [0; SALT];
        draw(&mut bytes);
        Self(bytes)
    }
}

/// Seals and opens; wiped when it is dropped.
pub struct Key(Secret);

impl Key {
    /// Makes the key of a passphrase. Takes time and memory on purpose, as much as `cost` says.
    ///
    /// # Errors
    /// The cost is out of bounds, or there is not that much memory.
    pub fn derive(passphrase: &Secret, salt: &Salt, cost: Cost) -> Result<Self, CannotDerive> {
        let parameters = cost.parameters()?;
        let mut memory = Memory::new(parameters.block_count())?;
        let mut key = Zeroizing::new(vec![0; KEY]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
            .hash_password_into_with_memory(passphrase.expose(), &salt.0, &mut key, &mut memory)
            .map_err(|_| CannotDerive)?;
        Self::from_bytes(key).ok_or(CannotDerive)
    }

    /// Draws a new key.
    #[cfg(test)]
    fn random() -> Self {
        let mut key = Zeroizing::new(vec![0; KEY]);
        draw(&mut key);
        Self::from_bytes(key).expect("it has a key's length")
    }

    /// Hands the key's bytes over, so that they can be sealed under another key.
    pub fn into_secret(self) -> Secret {
        self.0
    }

    /// Takes back what [`Key::into_secret`] handed over; none if it is something else.
    pub fn from_secret(secret: Secret) -> Option<Self> {
        (secret.len() == KEY).then_some(Self(secret))
    }

    /// Seals a text. `aad` is not part of the result, and must be the same to open it.
    pub fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD);
        sealed.resize(NONCE, 0);
        draw(&mut sealed);
        let nonce = XNonce::try_from(&sealed[..]).expect("it has a nonce's length");
        // Encrypted in place: a failure cannot leave the plaintext behind, because there is none.
        sealed.extend_from_slice(plaintext);
        let text = &mut sealed[NONCE..];
        let tag = without_trace(|| self.cipher().encrypt_inout_detached(&nonce, aad, text.into()));
        sealed.extend_from_slice(&tag.expect("nothing that fits into memory is too long for the cipher"));
        sealed
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// Another key, another `aad`, or changed bytes.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let (nonce, rest) = sealed.split_at_checked(NONCE).ok_or(CannotOpen)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG>().ok_or(CannotOpen)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| CannotOpen)?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let (text, tag) = (plaintext.as_mut_slice(), Tag::from(*tag));
        let opened = without_trace(|| self.cipher().decrypt_inout_detached(&nonce, aad, text.into(), &tag));
        opened.map_err(|_| CannotOpen)?;
        Ok(plaintext)
    }

    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        bytes.try_into().ok().and_then(Self::from_secret)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new_from_slice(self.0.expose()).expect("a key has the cipher's length")
    }
}

/// Does work that leaves pieces of a text on the stack, as ciphers do that take several blocks at once,
/// and wipes them.
fn without_trace<T>(work: impl FnOnce() -> T) -> T {
    /// Words of stack that are wiped: 4 KiB, twice what the ciphers take.
    const DEPTH: usize = 512;

    #[inline(never)]
    fn run<T>(work: impl FnOnce() -> T) -> T {
        work()
    }

    /// Zeros where the work's own stack was. Once: this is part of every lookup.
    #[inline(never)]
    fn wipe() {
        let mut space = [0_u64; DEPTH];
        // To be changed, for all that the compiler knows: a constant elsewhere would not do.
        std::hint::black_box(&mut space);
    }

    let done = run(work);
    wipe();
    done
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

/// Argon2's working memory, from which the passphrase's key could be computed again: wiped.
struct Memory(Vec<Block>);

impl Memory {
    fn new(blocks: usize) -> Result<Self, CannotDerive> {
        let mut memory = Vec::new();
        memory.try_reserve_exact(blocks).map_err(|_| CannotDerive)?;
        memory.resize(blocks, Block::default());
        Ok(Self(memory))
    }
}

impl AsMut<[Block]> for Memory {
    fn as_mut(&mut self) -> &mut [Block] {
        &mut self.0
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
    }
}

/// Fills a buffer with random bytes of the system's.
pub fn draw(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("no secret can be kept on a system without random numbers");
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

    fn secret(text: &str) -> Secret {
        Secret::new(text.into()).expect("not empty")
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_passphrase_only() {
        let salt = Salt::random();
        let key = Key::derive(&secret("correct horse"), &salt, CHEAP).expect("cheap");
        let sealed = key.seal(b"head", b"canary");
        assert_eq!(sealed.len(), b"canary".len() + OVERHEAD);
        let again = Key::derive(&secret("correct horse"), &salt, CHEAP).expect("cheap");
        assert_eq!(again.open(b"head", &sealed).expect("same passphrase").as_slice(), b"canary");
        for (passphrase, salt) in [("wrong horse", salt), ("correct horse", Salt::random())] {
            let other = Key::derive(&secret(passphrase), &salt, CHEAP).expect("cheap");
            assert_eq!(other.open(b"head", &sealed), Err(CannotOpen));
        }
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let key = Key::random();
        let sealed = key.seal(b"head", b"canary");
        for at in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert_eq!(key.open(b"head", &changed), Err(CannotOpen), "bit {at}");
        }
        for length in 0..sealed.len() {
            assert_eq!(key.open(b"head", &sealed[..length]), Err(CannotOpen), "{length} bytes");
        }
        assert_eq!(key.open(b"Head", &sealed), Err(CannotOpen));
    }

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let key = Key::random();
        assert_ne!(key.seal(b"", b"canary"), key.seal(b"", b"canary"));
        assert_eq!(key.open(b"", &key.seal(b"", b"")).expect("even nothing").as_slice(), b"");
    }

    #[test]
    fn a_cost_out_of_bounds_is_refused_before_it_is_paid() {
        let most = Cost::MOST;
        for cost in [
            Cost { memory_kib: u32::MAX, ..CHEAP },
            Cost { memory_kib: most.memory_kib + 1, ..CHEAP },
            Cost { passes: u32::MAX, ..CHEAP },
            Cost { lanes: most.lanes + 1, ..CHEAP },
            Cost { memory_kib: 0, ..CHEAP },
            Cost { passes: 0, ..CHEAP },
            Cost { lanes: 0, ..CHEAP },
        ] {
            let refused = Key::derive(&secret("x"), &Salt([0; SALT]), cost);
            assert_eq!(refused.err(), Some(CannotDerive), "{cost:?}");
        }
    }

    #[test]
    fn a_key_survives_the_way_through_a_secret_and_prints_as_nothing() {
        let key = Key::random();
        assert_eq!(format!("{key:?}"), "Key(..)");
        let sealed = key.seal(b"", b"canary");
        let again = Key::from_secret(key.into_secret()).expect("a key's length");
        assert_eq!(again.open(b"", &sealed).expect("same key").as_slice(), b"canary");
        assert!(Key::from_secret(secret("short")).is_none());
    }

    /// Argon2id as every other implementation computes it: `echo -n password | argon2
    /// somesaltsomesalt -id -t 2 -k 256 -p 1 -l 32 -r`.
    #[test]
    fn keys_are_those_of_the_standard() {
        let salt = Salt(*b"somesaltsomesalt");
        let cost = Cost { memory_kib: 256, passes: 2, lanes: 1 };
        let key = Key::derive(&secret("password"), &salt, cost).expect("cheap").into_secret();
        let hex: String = key.expose().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "cab746b4621993fdc91ec50787980b414a90a692f0bc68dfe19f9c25b3cba9ec");
    }
}
