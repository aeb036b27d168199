#include "base/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/address.h"

namespace base {

namespace {

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using Memory = std::unique_ptr<BIO, Deleter<BIO, BIO_free_all>>;

constexpr long day_seconds = 24L * 3600;
constexpr long authority_days = 3650, certificate_days = 730;

template <class Write>
std::string pem_of(Write write) {
  const Memory memory{BIO_new(BIO_s_mem())};
  if (!memory || write(memory.get()) != 1) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(const Certificate& certificate) {
  return pem_of([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
}

std::string pem_of(const Key& key) {
  return pem_of([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (!extension) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

Certificate blank(const std::string& name, const Key& key, long days) {
  Certificate certificate{X509_new()};
  if (!certificate) return nullptr;
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * day_seconds);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

std::optional<Certificates> make_certificates(const std::string& host) {
  const Key authority_key{EVP_EC_gen("P-256")}, key{EVP_EC_gen("P-256")};
  if (!authority_key || !key) return std::nullopt;
  const auto authority = blank("Ahoy authority of " + host, authority_key, authority_days);
  const auto certificate = blank(host, key, certificate_days);
  if (!authority || !certificate) return std::nullopt;

  X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get()));
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(authority.get()));
  const std::string names = (Ip::parse(host) ? "IP:" : "DNS:") + host;
  const bool good = add_extension(authority.get(), authority.get(), NID_basic_constraints, "critical,CA:TRUE") &&
                    add_extension(authority.get(), authority.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
                    add_extension(certificate.get(), authority.get(), NID_basic_constraints, "CA:FALSE") &&
                    add_extension(certificate.get(), authority.get(), NID_ext_key_usage, "serverAuth,clientAuth") &&
                    add_extension(certificate.get(), authority.get(), NID_subject_alt_name, names) &&
                    X509_sign(authority.get(), authority_key.get(), EVP_sha256()) != 0 &&
                    X509_sign(certificate.get(), authority_key.get(), EVP_sha256()) != 0;
  if (!good) return std::nullopt;
  Certificates made{pem_of(authority), pem_of(authority_key), pem_of(certificate), pem_of(key)};
  if (made.authority_pem.empty() || made.certificate_pem.empty() || made.key_pem.empty()) return std::nullopt;
  return made;
}

}  // namespace base
