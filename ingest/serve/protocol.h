/* How records come over a connection: pure state machines that eat bytes and tell a sink what they find; no sockets here. */
#ifndef SIFT_SERVE_PROTOCOL_H
#define SIFT_SERVE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/reason.h"
#include "engine/space.h"
#include "engine/span.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_forward_auth;
struct sift_origin;
struct sift_protocol_scratch;

enum sift_protocol_kind { SIFT_PROTOCOL_LINES, SIFT_PROTOCOL_SYSLOG, SIFT_PROTOCOL_FORWARD };

/* A record as a protocol tells it. Spans are borrowed for the length of the call; nothing is checked (names, UTF-8) or taken out
 * (escape sequences of terminals). */
struct sift_live_record {
  struct sift_span space, channel; /* as the origin's templates give them; "" where they give none */
  struct sift_span text;           /* one line, or several divided by '\n'; a last '\n' is optional */
  int64_t time_ns;                 /* Unix; SIFT_TIME_NONE where the protocol tells none: the receiver dates it */
};

/* Who takes what a protocol finds. All functions must be set; all are called on the connection's thread, within a call of
 * the protocol. What `record`, `text`, `ack` and `reply` return other than SIFT_OK ends that call with the same status. */
struct sift_live_sink {
  void *context;
  enum sift_status (*record)(void *context, const struct sift_live_record *record);
  /* A block of whole raw lines (each ends in '\n', a last one at the end of the connection, or one that was cut at
   * line_bytes_max, not) of one Space and channel, undated: so that plain text costs nothing per line. May be modified in
   * place; SIFT_PADDING readable bytes follow it, which may be modified during the call but are put back. */
  enum sift_status (*text)(void *context, struct sift_span space, struct sift_span channel, char *text, size_t len);
  void (*damage)(void *context, enum sift_reason reason, uint64_t count); /* counted by reason */
  /* A chunk with an id begins (Forward `chunk`). False: its records were taken before, so skip them. */
  bool (*chunk)(void *context, struct sift_span id);
  /* To be sent once everything told before is safe. */
  enum sift_status (*ack)(void *context, struct sift_span reply);
  /* To be sent at once (handshake). */
  enum sift_status (*reply)(void *context, struct sift_span reply);
};

/* What a peer may ask of us. Each is at least 64 bytes. */
struct sift_live_limits {
  size_t frame_bytes_max;    /* one Forward message as it comes */
  size_t line_bytes_max;     /* at most SIFT_LINE_BYTES_MAX: longer raw lines and syslog messages are cut there and counted, longer
                                lines of JSON dropped and counted */
  size_t inflated_bytes_max; /* what one compressed frame may become; streams of lines are endless and bounded by the line */
  unsigned window_log_max;   /* zstd: largest window, 10 to 31 */
};

/* Limits that suit collectors: frames of 16 MiB, lines of SIFT_LINE_BYTES_MAX, 64 MiB inflated, windows of 8 MiB (RFC 9659). */
struct sift_live_limits sift_live_limits_usual(void);

/* Everything is borrowed and must live as long as the protocols made from it. */
struct sift_protocol_config {
  const struct sift_origin *origin;
  struct sift_live_limits limits;
  struct sift_span peer;                 /* "10.0.0.7", "unix", …: the variable {peer} */
  struct sift_protocol_scratch *scratch; /* the loop's, see scratch.h */
  const struct sift_forward_auth *auth;  /* forward only, NULL: none */
};

struct sift_protocol;

struct sift_protocol_ops {
  const char *name; /* "lines", "syslog", "forward" */
  /* The connection stands: may reply (HELO). Called once, before anything else. */
  enum sift_status (*open)(struct sift_protocol *protocol);
  /* `bytes`: what was left over, then what came anew; may be modified in place; SIFT_PADDING readable bytes follow. *used:
   * how many are done with; the others come again in front of the next call's, unchanged. `len` may be 0. What is left over
   * is never more than frame_bytes_max or line_bytes_max, whichever the protocol goes by, and 64 bytes.
   * SIFT_OK; SIFT_ELIMIT, SIFT_EFORMAT, SIFT_ECORRUPT: the connection is beyond help, and the damage was told to the sink:
   * close it. Other errors are the sink's, or SIFT_ENOMEM. After an error only `free` may be called. */
  enum sift_status (*feed)(struct sift_protocol *protocol, char *bytes, size_t len, size_t *used);
  /* The peer is done: the rest that feed left is in `bytes`. An incomplete frame is damage; a last line without '\n' is none. */
  enum sift_status (*finish)(struct sift_protocol *protocol, char *bytes, size_t len);
  void (*free)(struct sift_protocol *protocol);
  /* Memory that it holds for what came, beside what was left over: windows of decompressors and such. NULL: none to speak of. */
  size_t (*held)(const struct sift_protocol *protocol);
};

/* First member of every kind of protocol: one a connection, a few hundred bytes until much is sent. */
struct sift_protocol {
  const struct sift_protocol_ops *ops;
  const struct sift_live_sink *sink;
  struct sift_protocol_config config;
};

/* `config` is copied, what it points to is borrowed, as is `sink`. SIFT_ENOMEM, and *out is NULL. */
enum sift_status sift_lines_protocol_new(struct sift_protocol **out, const struct sift_protocol_config *config,
                                         const struct sift_live_sink *sink);
enum sift_status sift_syslog_protocol_new(struct sift_protocol **out, const struct sift_protocol_config *config,
                                          const struct sift_live_sink *sink);
enum sift_status sift_forward_protocol_new(struct sift_protocol **out, const struct sift_protocol_config *config,
                                           const struct sift_live_sink *sink);

static inline enum sift_status sift_protocol_open(struct sift_protocol *protocol) {
  return protocol->ops->open(protocol);
}

static inline enum sift_status sift_protocol_feed(struct sift_protocol *protocol, char *bytes, size_t len, size_t *used) {
  return protocol->ops->feed(protocol, bytes, len, used);
}

static inline enum sift_status sift_protocol_finish(struct sift_protocol *protocol, char *bytes, size_t len) {
  return protocol->ops->finish(protocol, bytes, len);
}

static inline size_t sift_protocol_held(const struct sift_protocol *protocol) {
  return protocol->ops->held != NULL ? protocol->ops->held(protocol) : 0;
}

static inline void sift_protocol_free(struct sift_protocol *protocol) {
  if (protocol != NULL) {
    protocol->ops->free(protocol);
  }
}

#ifdef __cplusplus
}
#endif
#endif
