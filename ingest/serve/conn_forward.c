/* Fluentd's Forward protocol: messages of msgpack in a row, after a handshake where one is wanted. */
#include <assert.h>
#include <stdlib.h>

#include "ingest/serve/forward_auth.h"
#include "ingest/serve/forward_message.h"
#include "ingest/serve/protocol.h"

/* A PING is some 300 bytes. Whoever is not known yet cannot make us keep more than this. */
enum { PING_BYTES_MAX = 4096 };

enum state {
  STATE_PING, /* HELO was said; nothing but a PING is taken */
  STATE_OPEN,
};

struct forward {
  struct sift_protocol base;
  enum state state;
  struct sift_forward_frame frame;
  struct sift_forward_fields *fields;       /* made for the first message */
  struct sift_forward_challenge *challenge; /* until the handshake is done */
};

static enum sift_status forward_open(struct sift_protocol *protocol) {
  struct forward *forward = (struct forward *)protocol;
  const struct sift_forward_auth *auth = protocol->config.auth;
  if (auth == NULL) {
    forward->state = STATE_OPEN;
    return SIFT_OK;
  }
  char helo[SIFT_HANDSHAKE_BYTES_MAX];
  forward->challenge = malloc(sizeof *forward->challenge);
  if (forward->challenge == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = sift_forward_challenge_init(forward->challenge);
  if (status != SIFT_OK) {
    return status;
  }
  size_t len = sift_forward_helo(auth, forward->challenge, helo);
  return protocol->sink->reply(protocol->sink->context, sift_span(helo, len));
}

static enum sift_status refuse(const struct forward *forward, enum sift_reason reason, enum sift_status status) {
  const struct sift_live_sink *sink = forward->base.sink;
  sink->damage(sink->context, reason, 1);
  return status;
}

static enum sift_status take_ping(struct forward *forward, struct sift_span message) {
  const struct sift_live_sink *sink = forward->base.sink;
  char pong[SIFT_HANDSHAKE_BYTES_MAX];
  size_t len = 0;
  enum sift_ping verdict = SIFT_PING_NONE;
  enum sift_status status = sift_forward_answer_ping(forward->base.config.auth, forward->challenge, message, &verdict, pong, &len);
  if (status == SIFT_OK && len > 0) {
    status = sink->reply(sink->context, sift_span(pong, len));
  }
  if (status != SIFT_OK) {
    return status;
  }
  if (verdict != SIFT_PING_GOOD) {
    return refuse(forward, verdict == SIFT_PING_NONE ? SIFT_REASON_AUTH_MISSING : SIFT_REASON_AUTH_FAILED, SIFT_EFORMAT);
  }
  free(forward->challenge);
  forward->challenge = NULL;
  forward->state = STATE_OPEN;
  return SIFT_OK;
}

static enum sift_status take_message(struct forward *forward, struct sift_span message) {
  const struct sift_protocol_config *config = &forward->base.config;
  if ((unsigned char)*message.data == 0xC0) {
    return SIFT_OK; /* a heartbeat */
  }
  if (forward->state == STATE_PING) {
    return take_ping(forward, message);
  }
  if (forward->fields == NULL) {
    size_t count = 0;
    const struct sift_variable *variables = sift_origin_variables(config->origin, &count);
    enum sift_status status = sift_forward_fields_new(&forward->fields, variables, count);
    if (status != SIFT_OK) {
      return status;
    }
  }
  return sift_forward_message_take(config, forward->base.sink, forward->fields, message, &forward->frame);
}

static enum sift_status end_of(const struct forward *forward, enum sift_frame_state state) {
  switch (state) {
  case SIFT_FRAME_TOO_LONG:
    return refuse(forward, forward->state == STATE_PING ? SIFT_REASON_AUTH_MISSING : SIFT_REASON_FRAME_TOO_LONG, SIFT_ELIMIT);
  case SIFT_FRAME_JSON:
    return refuse(forward, SIFT_REASON_FORWARD_JSON, SIFT_EFORMAT);
  default:
    return refuse(forward, SIFT_REASON_FRAME_SYNTAX, SIFT_EFORMAT);
  }
}

static size_t bytes_max(const struct forward *forward) {
  size_t limit = forward->base.config.limits.frame_bytes_max;
  return forward->state == STATE_PING && limit > PING_BYTES_MAX ? PING_BYTES_MAX : limit;
}

static enum sift_status forward_feed(struct sift_protocol *protocol, char *bytes, size_t len, size_t *used) {
  struct forward *forward = (struct forward *)protocol;
  enum sift_status status = SIFT_OK;
  *used = 0;
  while (status == SIFT_OK && *used < len) {
    const char *begin = bytes + *used;
    enum sift_frame_state state = sift_forward_frame_find(&forward->frame, begin, len - *used, bytes_max(forward));
    if (state == SIFT_FRAME_MORE) {
      break;
    }
    if (state != SIFT_FRAME_WHOLE) {
      return end_of(forward, state);
    }
    size_t size = (size_t)forward->frame.looked;
    status = take_message(forward, sift_span(begin, size));
    forward->frame = (struct sift_forward_frame){0};
    *used += size;
  }
  return status;
}

static enum sift_status forward_finish(struct sift_protocol *protocol, char *bytes, size_t len) {
  (void)bytes;
  return len > 0 ? refuse((struct forward *)protocol, SIFT_REASON_TRUNCATED, SIFT_OK) : SIFT_OK;
}

static void forward_free(struct sift_protocol *protocol) {
  struct forward *forward = (struct forward *)protocol;
  sift_forward_fields_free(forward->fields);
  free(forward->challenge);
  free(forward);
}

enum sift_status sift_forward_protocol_new(struct sift_protocol **out, const struct sift_protocol_config *config,
                                           const struct sift_live_sink *sink) {
  static const struct sift_protocol_ops ops = {"forward", forward_open, forward_feed, forward_finish, forward_free, NULL};
  assert(config->auth == NULL || (config->auth->shared_key.len > 0 && config->auth->self_hostname.len > 0));
  struct forward *forward = calloc(1, sizeof *forward);
  *out = forward != NULL ? &forward->base : NULL;
  if (forward == NULL) {
    return SIFT_ENOMEM;
  }
  forward->base = (struct sift_protocol){&ops, sink, *config};
  return SIFT_OK;
}
