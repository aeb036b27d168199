// base/certificate_test.cc - the authority signs the certificate, and the host's name is in it.
#include "base/certificate.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace {
X509* read(const std::string& pem) {
  BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
  BIO_free(memory);
  return certificate;
}
}  // namespace

TEST(Certificate, IsSignedByItsAuthorityAndNamesTheHost) {
  const auto made = base::make_certificates("pbx.example.test");
  ASSERT_TRUE(made);
  X509* authority = read(made->authority_pem);
  X509* own = read(made->certificate_pem);
  ASSERT_TRUE(authority && own);
  EXPECT_EQ(X509_verify(own, X509_get0_pubkey(authority)), 1);
  EXPECT_EQ(X509_check_host(own, "pbx.example.test", 0, 0, nullptr), 1);
  X509_free(authority);
  X509_free(own);
}

TEST(Certificate, AnAddressIsNamedAsOne) {
  const auto made = base::make_certificates("127.0.0.1");
  ASSERT_TRUE(made);
  X509* own = read(made->certificate_pem);
  EXPECT_EQ(X509_check_ip_asc(own, "127.0.0.1", 0), 1);
  X509_free(own);
}
