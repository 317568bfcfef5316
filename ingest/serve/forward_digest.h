/* SHA-512 of a few texts in a row, as lower-case hex digits: what the handshake of Forward compares. */
#ifndef SIFT_SERVE_FORWARD_DIGEST_H
#define SIFT_SERVE_FORWARD_DIGEST_H

#include <stdbool.h>

#include "engine/span.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_DIGEST_HEX_BYTES = 128 };

/* Of parts[0] to parts[count) as if written together; `out` has SIFT_DIGEST_HEX_BYTES and no NUL. SIFT_ENOMEM. */
enum sift_status sift_forward_digest(const struct sift_span *parts, size_t count, char *out);

/* Whether `given` is these digits, in a time that does not tell how many of them are right. */
bool sift_forward_digest_equal(const char *digest, struct sift_span given);

/* `count` bytes as twice as many digits. */
void sift_forward_hex(const unsigned char *bytes, size_t count, char *out);

#ifdef __cplusplus
}
#endif
#endif
