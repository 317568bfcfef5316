#include "tools/fleetgen/send_options.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fleetgen/words.h"

enum { RATE_MAX = 1000 * 1000 * 1000, TAG_BYTES_MAX = 200 };

#define BIT(option) (UINT32_C(1) << (option))
#define FORWARD_ONLY                                                                                                               \
  (BIT(SIFT_GEN_SEND_MODE) | BIT(SIFT_GEN_SEND_TAG) | BIT(SIFT_GEN_SEND_CHUNK) | BIT(SIFT_GEN_SEND_ACK) |                          \
   BIT(SIFT_GEN_SEND_WINDOW) | BIT(SIFT_GEN_SEND_IDS) | BIT(SIFT_GEN_SEND_RETRY) | BIT(SIFT_GEN_SEND_SHARED_KEY) |                 \
   BIT(SIFT_GEN_SEND_USER) | BIT(SIFT_GEN_SEND_PASSWORD))
#define ACK_ONLY (BIT(SIFT_GEN_SEND_WINDOW) | BIT(SIFT_GEN_SEND_IDS) | BIT(SIFT_GEN_SEND_RETRY))
#define SYSLOG_ONLY (BIT(SIFT_GEN_SEND_FRAMING) | BIT(SIFT_GEN_SEND_RFC))
#define TLS_ONLY (BIT(SIFT_GEN_SEND_CA) | BIT(SIFT_GEN_SEND_CERT) | BIT(SIFT_GEN_SEND_KEY) | BIT(SIFT_GEN_SEND_INSECURE))

static_assert(SIFT_GEN_SEND_OPTIONS <= 32, "each option has a bit");

static const struct {
  const char *name;
  bool value;
} options[SIFT_GEN_SEND_OPTIONS] = {
    [SIFT_GEN_SEND_URL] = {"send", true},
    [SIFT_GEN_SEND_RATE] = {"rate", true},
    [SIFT_GEN_SEND_CONNECTIONS] = {"connections", true},
    [SIFT_GEN_SEND_TIMES] = {"times", true},
    [SIFT_GEN_SEND_PRELOAD] = {"preload", false},
    [SIFT_GEN_SEND_RECORD] = {"record", true},
    [SIFT_GEN_SEND_FRAMING] = {"framing", true},
    [SIFT_GEN_SEND_RFC] = {"rfc", true},
    [SIFT_GEN_SEND_MODE] = {"mode", true},
    [SIFT_GEN_SEND_TAG] = {"tag", true},
    [SIFT_GEN_SEND_CHUNK] = {"chunk", true},
    [SIFT_GEN_SEND_ACK] = {"ack", false},
    [SIFT_GEN_SEND_WINDOW] = {"window", true},
    [SIFT_GEN_SEND_IDS] = {"ids", true},
    [SIFT_GEN_SEND_RETRY] = {"retry", false},
    [SIFT_GEN_SEND_TIMEOUT] = {"timeout", true},
    [SIFT_GEN_SEND_SHARED_KEY] = {"shared-key", true},
    [SIFT_GEN_SEND_USER] = {"user", true},
    [SIFT_GEN_SEND_PASSWORD] = {"password", true},
    [SIFT_GEN_SEND_CA] = {"ca", true},
    [SIFT_GEN_SEND_CERT] = {"cert", true},
    [SIFT_GEN_SEND_KEY] = {"key", true},
    [SIFT_GEN_SEND_INSECURE] = {"insecure", false},
    [SIFT_GEN_SEND_JSON] = {"json", false},
};

struct complaint {
  char *error;
  size_t size;
};

static enum sift_status wrong(struct complaint *complaint, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum sift_status wrong(struct complaint *complaint, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(complaint->error, complaint->size, format, arguments);
  va_end(arguments);
  return SIFT_EINVAL;
}

const char *sift_gen_send_option_name(enum sift_gen_send_option option) {
  assert(option < SIFT_GEN_SEND_OPTIONS);
  return options[option].name;
}

bool sift_gen_send_option_takes_value(enum sift_gen_send_option option) {
  assert(option < SIFT_GEN_SEND_OPTIONS);
  return options[option].value;
}

void sift_gen_send_options_init(struct sift_gen_send_options *send) {
  *send = (struct sift_gen_send_options){.connections = 1,
                                         .compression = SIFT_GEN_NONE,
                                         .mode = SIFT_GEN_PACKED,
                                         .tag = "fleetgen",
                                         .chunk = 1000,
                                         .window = 64,
                                         .timeout_s = 60};
}

static enum sift_status number_take(struct complaint *complaint, const char *name, const char *text, uint64_t high, uint64_t *out) {
  if (!sift_gen_size_parse(text, out) || *out < 1 || *out > high) {
    return wrong(complaint, "--%s wants a number from 1 to %llu, not \"%.40s\"", name, (unsigned long long)high, text);
  }
  return SIFT_OK;
}

static enum sift_status choice_take(struct complaint *complaint, const char *name, const char *names, const char *text, int *out) {
  *out = sift_gen_choice(names, text);
  return *out >= 0 ? SIFT_OK : wrong(complaint, "--%s is one of: %s; not \"%.40s\"", name, names, text);
}

static enum sift_status rate_take(struct complaint *complaint, struct sift_gen_send_options *send, const char *text) {
  char *end;
  send->rate = strtod(text, &end);
  if (end == text || *end != '\0' || !isfinite(send->rate) || send->rate < 0 || send->rate > RATE_MAX) {
    return wrong(complaint, "--rate wants lines a second, as in --rate 5000 or --rate 0.5 (0: as fast as it goes), not \"%.40s\"",
                 text);
  }
  return SIFT_OK;
}

static enum sift_status tag_take(struct complaint *complaint, struct sift_gen_send_options *send, const char *text) {
  size_t len = strlen(text);
  if (len == 0 || len > TAG_BYTES_MAX) {
    return wrong(complaint, "--tag wants 1 to %d bytes, as in --tag kube.spaces", TAG_BYTES_MAX);
  }
  send->tag = text;
  return SIFT_OK;
}

static enum sift_status number_or_text_take(struct complaint *complaint, struct sift_gen_send_options *send,
                                            enum sift_gen_send_option option, const char *text) {
  switch (option) {
  case SIFT_GEN_SEND_CONNECTIONS:
    return number_take(complaint, "connections", text, SIFT_GEN_CONNECTIONS_MAX, &send->connections);
  case SIFT_GEN_SEND_CHUNK:
    return number_take(complaint, "chunk", text, SIFT_GEN_CHUNK_MAX, &send->chunk);
  case SIFT_GEN_SEND_WINDOW:
    return number_take(complaint, "window", text, SIFT_GEN_WINDOW_MAX, &send->window);
  case SIFT_GEN_SEND_TIMEOUT:
    return number_take(complaint, "timeout", text, SIFT_GEN_TIMEOUT_MAX, &send->timeout_s);
  case SIFT_GEN_SEND_SHARED_KEY:
    send->shared_key = text;
    break;
  case SIFT_GEN_SEND_USER:
    send->user = text;
    break;
  case SIFT_GEN_SEND_PASSWORD:
    send->password = text;
    break;
  case SIFT_GEN_SEND_CA:
    send->ca = text;
    break;
  case SIFT_GEN_SEND_CERT:
    send->cert = text;
    break;
  default:
    assert(option == SIFT_GEN_SEND_KEY);
    send->key = text;
    break;
  }
  return SIFT_OK;
}

static enum sift_status choose(struct complaint *complaint, struct sift_gen_send_options *send, enum sift_gen_send_option option,
                               const char *text) {
  static const char *const names[SIFT_GEN_SEND_OPTIONS] = {[SIFT_GEN_SEND_TIMES] = "log now",
                                                           [SIFT_GEN_SEND_RECORD] = "plain kubernetes",
                                                           [SIFT_GEN_SEND_FRAMING] = "counted lf",
                                                           [SIFT_GEN_SEND_RFC] = "5424 3164",
                                                           [SIFT_GEN_SEND_MODE] = "message forward packed compressed",
                                                           [SIFT_GEN_SEND_IDS] = "random seed"};
  int at;
  enum sift_status status = choice_take(complaint, options[option].name, names[option], text, &at);
  if (status != SIFT_OK) {
    return status;
  }
  switch (option) {
  case SIFT_GEN_SEND_TIMES:
    send->shifted = at == 1;
    break;
  case SIFT_GEN_SEND_RECORD:
    send->record = (enum sift_gen_record_shape)at;
    break;
  case SIFT_GEN_SEND_FRAMING:
    send->framing = (enum sift_gen_framing)at;
    break;
  case SIFT_GEN_SEND_RFC:
    send->rfc = (enum sift_gen_rfc)at;
    break;
  case SIFT_GEN_SEND_MODE:
    send->mode = (enum sift_gen_mode)at;
    break;
  default:
    assert(option == SIFT_GEN_SEND_IDS);
    send->ids = (enum sift_gen_ids)at;
    break;
  }
  return SIFT_OK;
}

enum sift_status sift_gen_send_option_take(struct sift_gen_send_options *send, enum sift_gen_send_option option, const char *text,
                                           char *error, size_t error_size) {
  struct complaint complaint = {error, error_size};
  switch (option) {
  case SIFT_GEN_SEND_URL:
    return sift_gen_target_parse(&send->target, text, error, error_size);
  case SIFT_GEN_SEND_RATE:
    return rate_take(&complaint, send, text);
  case SIFT_GEN_SEND_TAG:
    return tag_take(&complaint, send, text);
  case SIFT_GEN_SEND_PRELOAD:
    send->preload = true;
    return SIFT_OK;
  case SIFT_GEN_SEND_ACK:
    send->ack = true;
    return SIFT_OK;
  case SIFT_GEN_SEND_RETRY:
    send->retry = true;
    return SIFT_OK;
  case SIFT_GEN_SEND_INSECURE:
    send->insecure = true;
    return SIFT_OK;
  case SIFT_GEN_SEND_JSON:
    send->json = true;
    return SIFT_OK;
  case SIFT_GEN_SEND_TIMES:
  case SIFT_GEN_SEND_RECORD:
  case SIFT_GEN_SEND_FRAMING:
  case SIFT_GEN_SEND_RFC:
  case SIFT_GEN_SEND_MODE:
  case SIFT_GEN_SEND_IDS:
    return choose(&complaint, send, option, text);
  default:
    return number_or_text_take(&complaint, send, option, text);
  }
}

/* SIFT_EINVAL where any option of `set` was typed. */
static enum sift_status refuse(struct complaint *complaint, uint32_t typed, uint32_t set, const char *where) {
  uint32_t bad = typed & set;
  return bad == 0 ? SIFT_OK : wrong(complaint, "--%s goes with %s", options[__builtin_ctz(bad)].name, where);
}

static enum sift_status places_check(struct complaint *complaint, const struct sift_gen_send_options *send, uint32_t typed) {
  const struct sift_gen_target *target = &send->target;
  enum sift_status status = SIFT_OK;
  if (target->protocol != SIFT_GEN_FORWARD) {
    status = refuse(complaint, typed, FORWARD_ONLY, "--send forward://HOST:PORT");
  } else if (!send->ack) {
    status = refuse(complaint, typed, ACK_ONLY, "--ack: without acks nobody knows what arrived");
  }
  if (status == SIFT_OK && target->protocol != SIFT_GEN_SYSLOG) {
    status = refuse(complaint, typed, SYSLOG_ONLY, "--send syslog://HOST:PORT");
  }
  if (status == SIFT_OK && !target->tls) {
    status = refuse(complaint, typed, TLS_ONLY, "a URL with +tls, as in --send forward+tls://HOST:PORT");
  }
  return status;
}

static enum sift_status secrets_check(struct complaint *complaint, const struct sift_gen_send_options *send) {
  if ((send->user != NULL) != (send->password != NULL) || (send->user != NULL && send->shared_key == NULL)) {
    return wrong(complaint, "a user needs all three: --shared-key FILE --user NAME --password FILE");
  }
  if ((send->cert != NULL) != (send->key != NULL)) {
    return wrong(complaint, "a certificate and its key go together: --cert FILE --key FILE");
  }
  if (send->ca != NULL && send->insecure) {
    return wrong(complaint, "--insecure looks at no certificate, so --ca says nothing; leave one of them out");
  }
  return SIFT_OK;
}

/* What --compress means here; a mode of its own needs one. */
static enum sift_status compression_take(struct complaint *complaint, struct sift_gen_send_options *send, uint32_t typed,
                                         const struct sift_gen_send_shared *shared) {
  bool wanted = shared->compression_typed && shared->compression != SIFT_GEN_NONE;
  bool forward = send->target.protocol == SIFT_GEN_FORWARD;
  bool mode_typed = (typed & BIT(SIFT_GEN_SEND_MODE)) != 0;
  if (wanted && send->target.protocol == SIFT_GEN_SYSLOG) {
    return wrong(complaint, "syslog is sent as it is; --compress goes with tcp:// and forward://");
  }
  if (wanted && forward && mode_typed && send->mode != SIFT_GEN_COMPRESSED) {
    return wrong(complaint, "chunks are compressed by --mode compressed only; type it, or leave out --mode");
  }
  if (!wanted && shared->compression_typed && forward && send->mode == SIFT_GEN_COMPRESSED) {
    return wrong(complaint, "--mode compressed wants --compress gzip or --compress zstd");
  }
  send->compression = wanted ? shared->compression : SIFT_GEN_NONE;
  if (forward && wanted) {
    send->mode = SIFT_GEN_COMPRESSED;
  } else if (forward && send->mode == SIFT_GEN_COMPRESSED) {
    send->compression = SIFT_GEN_GZIP;
  }
  return SIFT_OK;
}

static enum sift_status format_take(struct complaint *complaint, struct sift_gen_send_options *send, uint32_t typed,
                                    const struct sift_gen_send_shared *shared) {
  if (shared->format_typed && shared->format == SIFT_GEN_SSE) {
    return wrong(complaint, "server-sent events are written to files only; type --format jsonl or --format raw");
  }
  if (shared->format_typed && send->target.protocol != SIFT_GEN_LINES) {
    return wrong(complaint, "--format goes with --send tcp://HOST:PORT; syslog and forward have their own");
  }
  send->raw = shared->format_typed && shared->format == SIFT_GEN_RAW;
  if (send->record == SIFT_GEN_KUBERNETES && (send->raw || send->target.protocol == SIFT_GEN_SYSLOG)) {
    return wrong(complaint,
                 "--record kubernetes is a record with fields: it goes with forward://, or with tcp:// and --format jsonl");
  }
  if (send->mode == SIFT_GEN_MESSAGE && (typed & BIT(SIFT_GEN_SEND_CHUNK)) != 0) {
    return wrong(complaint, "--mode message sends each record alone; leave out --chunk");
  }
  return SIFT_OK;
}

enum sift_status sift_gen_send_options_check(struct sift_gen_send_options *send, uint32_t typed,
                                             const struct sift_gen_send_shared *shared, char *error, size_t error_size) {
  struct complaint complaint = {error, error_size};
  if (send->target.url == NULL) {
    return refuse(&complaint, typed, UINT32_MAX, "--send URL");
  }
  enum sift_status status = places_check(&complaint, send, typed);
  status = status == SIFT_OK ? secrets_check(&complaint, send) : status;
  status = status == SIFT_OK ? compression_take(&complaint, send, typed, shared) : status;
  status = status == SIFT_OK ? format_take(&complaint, send, typed, shared) : status;
  if (status == SIFT_OK && send->connections > shared->spaces) {
    status =
        wrong(&complaint, "--connections %llu is more than there are Spaces: a Space keeps to one; type at most --connections %llu",
              (unsigned long long)send->connections, (unsigned long long)shared->spaces);
  }
  return status;
}
