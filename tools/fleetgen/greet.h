/* The client's half of Forward's handshake: HELO is answered by PING, and PONG proves that the server has the key as well. */
#ifndef SIFT_FLEETGEN_GREET_H
#define SIFT_FLEETGEN_GREET_H

#include "tools/fleetgen/inbox.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_GEN_SECRET_MAX = 512 };

struct sift_gen_credentials {
  char shared_key[SIFT_GEN_SECRET_MAX]; /* "": no handshake */
  const char *user;                     /* borrowed; NULL: none */
  char password[SIFT_GEN_SECRET_MAX];
};

/* Reads the first lines of the files that the options name. SIFT_EINVAL with a message in `error` (at least 512 bytes). */
enum sift_status sift_gen_credentials_load(struct sift_gen_credentials *credentials, const struct sift_gen_send_options *send,
                                           char *error, size_t error_size);

/* Shakes hands before `deadline_ns` has come. SIFT_EIO; SIFT_EFORMAT: the server refused, or is none, and will again. */
enum sift_status sift_gen_greet(const struct sift_gen_credentials *credentials, struct sift_gen_link *link,
                                struct sift_gen_inbox *inbox, int64_t deadline_ns);

#ifdef __cplusplus
}
#endif
#endif
