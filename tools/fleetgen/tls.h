/* TLS of the sender: one context for all connections. */
#ifndef SIFT_FLEETGEN_TLS_H
#define SIFT_FLEETGEN_TLS_H

#include "tools/fleetgen/send_options.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ssl_ctx_st;
struct ssl_st;

/* Reads the files that the options name. SIFT_EINVAL with a message in `error` (at least 512 bytes), SIFT_ENOMEM; *out is NULL
 * then. Free with SSL_CTX_free(). */
enum sift_status sift_gen_tls_new(struct ssl_ctx_st **out, const struct sift_gen_send_options *send, char *error,
                                  size_t error_size);

/* A session over `fd`, whose peer must be `host`, a name or an address, unless the options were not to look. NULL: no memory. */
struct ssl_st *sift_gen_tls_session(struct ssl_ctx_st *context, int fd, const char *host);

/* Why the last call on this thread failed, with what to type where that helps. `verify` is SSL_get_verify_result(). */
void sift_gen_tls_explain(long verify, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
