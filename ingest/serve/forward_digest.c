#include "ingest/serve/forward_digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum { SHA512_BYTES = SIFT_DIGEST_HEX_BYTES / 2 };

void sift_forward_hex(const unsigned char *bytes, size_t count, char *out) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < count; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
}

enum sift_status sift_forward_digest(const struct sift_span *parts, size_t count, char *out) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned len = 0;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool fine = context != NULL && EVP_DigestInit_ex(context, EVP_sha512(), NULL) == 1;
  for (size_t i = 0; i < count && fine; i++) {
    fine = EVP_DigestUpdate(context, parts[i].data, parts[i].len) == 1;
  }
  fine = fine && EVP_DigestFinal_ex(context, bytes, &len) == 1 && len == SHA512_BYTES;
  EVP_MD_CTX_free(context);
  if (fine) {
    sift_forward_hex(bytes, SHA512_BYTES, out);
  }
  return fine ? SIFT_OK : SIFT_ENOMEM;
}

bool sift_forward_digest_equal(const char *digest, struct sift_span given) {
  return given.len == SIFT_DIGEST_HEX_BYTES && CRYPTO_memcmp(digest, given.data, SIFT_DIGEST_HEX_BYTES) == 0;
}
