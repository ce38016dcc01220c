//! The edge's own certificate authority, and the one certificate for all hosts.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use super::hosts;

/// What makes the edge trusted, and the side of TLS that it plays.
pub(super) struct Authority {
    /// The authority's certificate, for those who shall trust it.
    pub(super) pem: String,
    /// Accepts connections for every host.
    pub(super) acceptor: TlsAcceptor,
}

impl Authority {
    /// Makes fresh keys and certificates.
    pub(super) fn new() -> Self {
        let mut params = lasting(Vec::new());
        params.distinguished_name.push(DnType::CommonName, "simulated edge of usher's tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("randomness");
        let authority = CertifiedIssuer::self_signed(params, key).expect("its own key signs");

        let names = hosts::REACHABLE.into_iter().chain([hosts::LOCAL_API]);
        let mut params = lasting(names.map(str::to_owned).collect());
        params.distinguished_name.push(DnType::CommonName, "simulated edge");
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().expect("randomness");
        let certificate = params.signed_by(&key, &authority).expect("the authority signs");

        // The provider is named, because other crates of the same program may bring another one.
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows TLS")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .expect("the key is the certificate's");
        Self { pem: authority.pem(), acceptor: Arc::new(config).into() }
    }
}

/// Begins a certificate that outlasts every run. TLS asks the machine's clock, not a test's.
fn lasting(names: Vec<String>) -> CertificateParams {
    let mut params = CertificateParams::new(names).expect("the names are plain");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 1, 1);
    params
}
