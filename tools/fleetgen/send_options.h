/* What the command line says about sending. */
#ifndef SIFT_FLEETGEN_SEND_OPTIONS_H
#define SIFT_FLEETGEN_SEND_OPTIONS_H

#include <stdint.h>

#include "tools/fleetgen/emit.h"
#include "tools/fleetgen/press.h"
#include "tools/fleetgen/target.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_gen_record_shape { SIFT_GEN_PLAIN, SIFT_GEN_KUBERNETES };
enum sift_gen_framing { SIFT_GEN_COUNTED, SIFT_GEN_LF };
enum sift_gen_rfc { SIFT_GEN_RFC5424, SIFT_GEN_RFC3164 };
enum sift_gen_mode { SIFT_GEN_MESSAGE, SIFT_GEN_FORWARDED, SIFT_GEN_PACKED, SIFT_GEN_COMPRESSED };
enum sift_gen_ids { SIFT_GEN_IDS_RANDOM, SIFT_GEN_IDS_SEED };

enum { SIFT_GEN_CONNECTIONS_MAX = 1024, SIFT_GEN_CHUNK_MAX = 100 * 1000, SIFT_GEN_WINDOW_MAX = 1024, SIFT_GEN_TIMEOUT_MAX = 86400 };

/* Strings are borrowed from the arguments; NULL where not given. */
struct sift_gen_send_options {
  struct sift_gen_target target; /* url NULL: nothing is to be sent */
  double rate;                   /* lines a second over all connections; 0: as fast as it goes */
  uint64_t connections;          /* 1 or more, and no more than there are Spaces */
  bool shifted;                  /* the fleet's last day ends now */
  bool preload;                  /* everything is made before the first byte is sent */
  bool raw;                      /* tcp: bare text instead of JSON Lines */
  enum sift_gen_record_shape record;
  enum sift_gen_compression compression;
  enum sift_gen_framing framing;
  enum sift_gen_rfc rfc;
  enum sift_gen_mode mode;
  const char *tag;
  uint64_t chunk;  /* records in a chunk, at most */
  bool ack;        /* chunks have ids, and are acknowledged */
  uint64_t window; /* chunks under way without an ack, at most */
  enum sift_gen_ids ids;
  bool retry;
  uint64_t timeout_s;
  const char *shared_key, *user, *password; /* files, but for the user */
  const char *ca, *cert, *key;              /* files */
  bool insecure;
  bool json; /* the outcome as JSON */
};

/* The options, as bits of what was typed: what is not typed is a default, and may not be complained about. */
enum sift_gen_send_option {
  SIFT_GEN_SEND_URL,
  SIFT_GEN_SEND_RATE,
  SIFT_GEN_SEND_CONNECTIONS,
  SIFT_GEN_SEND_TIMES,
  SIFT_GEN_SEND_PRELOAD,
  SIFT_GEN_SEND_RECORD,
  SIFT_GEN_SEND_FRAMING,
  SIFT_GEN_SEND_RFC,
  SIFT_GEN_SEND_MODE,
  SIFT_GEN_SEND_TAG,
  SIFT_GEN_SEND_CHUNK,
  SIFT_GEN_SEND_ACK,
  SIFT_GEN_SEND_WINDOW,
  SIFT_GEN_SEND_IDS,
  SIFT_GEN_SEND_RETRY,
  SIFT_GEN_SEND_TIMEOUT,
  SIFT_GEN_SEND_SHARED_KEY,
  SIFT_GEN_SEND_USER,
  SIFT_GEN_SEND_PASSWORD,
  SIFT_GEN_SEND_CA,
  SIFT_GEN_SEND_CERT,
  SIFT_GEN_SEND_KEY,
  SIFT_GEN_SEND_INSECURE,
  SIFT_GEN_SEND_JSON,
  SIFT_GEN_SEND_OPTIONS
};

/* The name of an option without its dashes. */
const char *sift_gen_send_option_name(enum sift_gen_send_option option);
bool sift_gen_send_option_takes_value(enum sift_gen_send_option option);

void sift_gen_send_options_init(struct sift_gen_send_options *send);

/* Takes one option; `text` is its value, NULL for those without. SIFT_EINVAL with a message in `error` (at least 256 bytes). */
enum sift_status sift_gen_send_option_take(struct sift_gen_send_options *send, enum sift_gen_send_option option, const char *text,
                                           char *error, size_t error_size);

/* What the options shared with files say, as far as they were typed. */
struct sift_gen_send_shared {
  uint64_t spaces;
  bool format_typed, compression_typed;
  enum sift_gen_format format;
  enum sift_gen_compression compression;
};

/* Whether what was typed (bit i: option i) fits together; fills in the rest. SIFT_EINVAL with what to type in `error`. */
enum sift_status sift_gen_send_options_check(struct sift_gen_send_options *send, uint32_t typed,
                                             const struct sift_gen_send_shared *shared, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
