//! Signatures that cost nothing, for runs that would otherwise do little but elliptic curves.

use hl_wire::{Address, Hash, Signature};

/// Which signatures an exchange takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Signatures {
    /// Those of secp256k1, recovered as the real venue does.
    #[default]
    Recovered,
    /// Those of [`stand_in`] instead, and no others. For worlds whose clients are all ours: a
    /// recovery takes longer than everything else that an exchange does with an order.
    StandIn,
}

/// A signature by name: the signer's address in one half, what is signed in the other. It binds the
/// signer to the bytes as a real one does (other bytes have another hash), and keeps nobody from
/// using somebody else's name.
#[must_use]
pub fn stand_in(signer: Address, signing_hash: &Hash) -> Signature {
    let mut r = [0; 32];
    for (slot, byte) in r.iter_mut().skip(12).zip(signer.as_bytes()) {
        *slot = *byte;
    }
    Signature { r, s: *signing_hash, v: 27 }
}

/// Whose name a stand-in gives, if it is for these bytes.
pub(crate) fn signer(signing_hash: &Hash, signature: &Signature) -> Option<Address> {
    let address: [u8; 20] = signature.r.get(12..)?.try_into().ok()?;
    let address = Address::new(address);
    (*signature == stand_in(address, signing_hash)).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_names_its_signer_for_its_own_bytes_and_no_others() {
        let (me, hash) = (Address::new([7; 20]), [9; 32]);
        let signature = stand_in(me, &hash);
        assert_eq!(signer(&hash, &signature), Some(me));
        assert_eq!(signer(&[8; 32], &signature), None);
        let mut forged = signature;
        forged.r[0] = 1;
        assert_eq!(signer(&hash, &forged), None);
    }
}
