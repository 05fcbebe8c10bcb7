//! A document of whatever kind, for those who look at files.

use leasehold_core::{KeyId, PublicKey, Timestamp};

use crate::document::{
    ActivationObject, Authority, DirectoryRequest, Document, HostCertificate, HostRequest, Lease, MachineRequest,
    Manifest, Release, Request, Revocations, SealedRefusal, Typ,
};
use crate::envelope::{Envelope, Head};
use crate::reason::Malformed;
use crate::reason::Reason;
use crate::trust::{Opened, verify, verify_below_root};

macro_rules! any {
    ($($typ:ident $document:ident),*) => {
        /// One of the documents.
        #[derive(Clone, Debug)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum AnyDocument {
            $($typ($document)),*
        }

        impl AnyDocument {
            /// Reads the claims of an envelope, whatever its typ; nothing is verified.
            ///
            /// # Errors
            /// [`Malformed`] where they are not those of its typ.
            pub fn read(envelope: &Envelope<'_>) -> Result<Self, Malformed> {
                match envelope.typ {
                    $(Typ::$typ => envelope.document().map(Self::$typ)),*
                }
            }

            /// Its registered claims.
            pub fn head(&self) -> Head {
                match self {
                    $(Self::$typ(document) => document.head()),*
                }
            }

            /// Its typ.
            pub const fn typ(&self) -> Typ {
                match self {
                    $(Self::$typ(_) => Typ::$typ),*
                }
            }

            /// Verifies a document of any kind without the root key: [`verify_below_root`].
            ///
            /// # Errors
            /// The first [`Reason`] that applies.
            pub fn verify_below_root(
                bytes: &[u8],
                at: Timestamp,
                revocations: Option<&Revocations>,
            ) -> Result<Option<KeyId>, Reason> {
                match Envelope::parse(bytes)?.typ {
                    $(Typ::$typ => verify_below_root::<$document>(bytes, at, revocations)),*
                }
            }

            /// Verifies a document of any kind: [`verify`].
            ///
            /// # Errors
            /// The first [`Reason`] that applies.
            pub fn verify(
                bytes: &[u8],
                root: &PublicKey,
                at: Timestamp,
                revocations: Option<&Revocations>,
            ) -> Result<Opened<Self>, Reason> {
                match Envelope::parse(bytes)?.typ {
                    $(Typ::$typ => verify::<$document>(bytes, root, at, revocations).map(|opened| opened.map(Self::$typ))),*
                }
            }
        }
    };
}
any!(
    Authority Authority, Manifest Manifest, HostRequest HostRequest, Host HostCertificate, Request Request,
    Lease Lease, Refusal SealedRefusal, Release Release, MachineRequest MachineRequest,
    DirectoryRequest DirectoryRequest, Object ActivationObject, Revocations Revocations
);
