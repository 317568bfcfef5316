/* Where the HTTP side listens, and whom it lets in: addresses and the bearer token. */
#ifndef SIFT_INGEST_SERVE_HTTP_LISTEN_H
#define SIFT_INGEST_SERVE_HTTP_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_TOKEN_BYTES_MIN = 16, SIFT_TOKEN_BYTES_MAX = 4096 };

struct sift_http_listen {
  int fd;         /* bound and listening, non-blocking, closed on exec */
  bool local;     /* loopback or a unix socket: only this machine reaches it */
  char text[160]; /* the address as bound: "127.0.0.1:8080", "[::1]:8080", "unix:/run/x" */
  char path[108]; /* of a unix socket that was made here, else "" */
};

/* `address`: "host:port", "[::1]:port" or "unix:/path"; port 0 takes a free one. A socket file that nobody listens on is
 * replaced. SIFT_EINVAL for an address that is none, SIFT_EIO where the system refuses; `error` says so in words. */
enum sift_status sift_http_listen_open(struct sift_http_listen *out, const char *address, char *error, size_t error_size);

/* Whether open would find an address in it, and a token where it can be reached from other machines; binds nothing. Errors as open
 * and sift_http_token_read(). `token_file` may be NULL. */
enum sift_status sift_http_listen_check(const char *address, const char *token_file, char *error, size_t error_size);

/* The refusal of an address, as it stands in messages, that other machines reach while there is no token. */
enum sift_status sift_http_token_missing(const char *address, char *error, size_t error_size);

/* The same for a listening socket that was handed over; it is closed with the object. */
enum sift_status sift_http_listen_take(struct sift_http_listen *out, int fd, char *error, size_t error_size);
void sift_http_listen_close(struct sift_http_listen *listen);

/* Whether the address reaches this machine only: 127/8, ::1 (mapped ones too), a unix socket. */
bool sift_http_is_local(const struct sockaddr *address);

/* The token in a file, without blanks and newlines around it; to be freed. SIFT_EIO, or SIFT_EINVAL where the file is open to
 * others, or the token too short, too long or no visible ASCII; `error` says so. */
enum sift_status sift_http_token_read(char **out, const char *path, char *error, size_t error_size);

/* Whether an Authorization header (NULL: none) bears the token. Takes as long for a near miss as for a far one. */
bool sift_http_token_fits(const char *token, const char *authorization);

#ifdef __cplusplus
}
#endif
#endif
