/* Keys and certificates made on the spot, as PEM files in a directory. Included behind cmocka.h. */
#ifndef SIFT_TESTS_TLS_SUPPORT_H
#define SIFT_TESTS_TLS_SUPPORT_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static inline X509 *make_certificate(EVP_PKEY *key, const char *name) {
  X509 *certificate = X509_new();
  assert_non_null(certificate);
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME *subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_EXTENSION *ca = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");
  X509_add_ext(certificate, ca, -1);
  X509_EXTENSION_free(ca);
  assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
  return certificate;
}

/* Writes NAME.pem and NAME.key, the latter under `passphrase` where that is not NULL. */
static inline void make_pair(const char *directory, const char *name, const char *passphrase) {
  char path[512];
  EVP_PKEY *key = EVP_EC_gen("P-256");
  assert_non_null(key);
  X509 *certificate = make_certificate(key, name);
  snprintf(path, sizeof path, "%s/%s.pem", directory, name);
  FILE *file = fopen(path, "w");
  assert_true(file != NULL && PEM_write_X509(file, certificate) == 1);
  fclose(file);
  snprintf(path, sizeof path, "%s/%s.key", directory, name);
  file = fopen(path, "w");
  const EVP_CIPHER *cipher = passphrase != NULL ? EVP_aes_128_cbc() : NULL;
  int len = passphrase != NULL ? (int)strlen(passphrase) : 0;
  assert_true(file != NULL);
  assert_int_equal(PEM_write_PrivateKey(file, key, cipher, (const unsigned char *)passphrase, len, NULL, NULL), 1);
  fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

#endif
