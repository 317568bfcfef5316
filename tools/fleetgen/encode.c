#include "tools/fleetgen/encode.h"

#include <stdlib.h>

#include "tools/fleetgen/encode_forward.h"
#include "tools/fleetgen/encode_syslog.h"
#include "tools/fleetgen/kubernetes.h"

enum {
  WRITE_BYTES = 128 * 1024, /* lines and small messages: as much at a time as a socket takes well */
  TICKS_A_SECOND = 100,
};

struct sift_gen_encoder {
  const struct sift_gen_send_options *send;
  uint32_t records_max;
  size_t bytes_max;
  struct sift_gen_emitter emitter; /* of lines */
  struct sift_gen_day day;
  struct sift_gen_text lines;   /* of a compressed stream, before they are compressed */
  struct sift_gen_press *press; /* of such a stream, else NULL */
  struct sift_gen_syslog syslog;
  struct sift_gen_forward forward;
};

/* Chunks wait for their records; everything else is but written together. */
static bool chunked(const struct sift_gen_send_options *send) {
  return send->target.protocol == SIFT_GEN_FORWARD && (send->mode != SIFT_GEN_MESSAGE || send->ack);
}

uint32_t sift_gen_parcel_records(const struct sift_gen_send_options *send) {
  uint64_t most = !chunked(send) ? UINT32_MAX : send->mode == SIFT_GEN_MESSAGE ? 1 : send->chunk;
  if (send->rate > 0) {
    double share = send->rate / (double)send->connections / (chunked(send) ? 1 : TICKS_A_SECOND);
    most = share < 1 ? 1 : share < (double)most ? (uint64_t)share : most;
  }
  return (uint32_t)most;
}

enum sift_status sift_gen_encoder_new(struct sift_gen_encoder **out, const struct sift_gen_send_options *send, uint64_t seed,
                                      uint64_t salt) {
  struct sift_gen_encoder *encoder = calloc(1, sizeof(*encoder));
  *out = NULL;
  if (encoder == NULL) {
    return SIFT_ENOMEM;
  }
  encoder->send = send;
  encoder->records_max = sift_gen_parcel_records(send);
  encoder->bytes_max = chunked(send) ? SIFT_GEN_PARCEL_BYTES : WRITE_BYTES;
  sift_gen_emitter_init(&encoder->emitter);
  sift_gen_emitter_begin(&encoder->emitter, send->raw ? SIFT_GEN_RAW : SIFT_GEN_MIXED, seed);
  sift_gen_syslog_init(&encoder->syslog, send->rfc, send->framing);
  enum sift_status status = sift_gen_forward_init(&encoder->forward, send, salt);
  if (status == SIFT_OK && send->target.protocol == SIFT_GEN_LINES && send->compression != SIFT_GEN_NONE) {
    status = sift_gen_press_new(&encoder->press, send->compression);
  }
  if (status != SIFT_OK) {
    sift_gen_encoder_free(encoder);
    return status;
  }
  *out = encoder;
  return SIFT_OK;
}

void sift_gen_encoder_free(struct sift_gen_encoder *encoder) {
  if (encoder != NULL) {
    sift_gen_emitter_release(&encoder->emitter);
    sift_gen_text_release(&encoder->lines);
    sift_gen_press_free(encoder->press);
    sift_gen_syslog_release(&encoder->syslog);
    sift_gen_forward_release(&encoder->forward);
    free(encoder);
  }
}

enum sift_status sift_gen_encoder_add(struct sift_gen_encoder *encoder, struct sift_gen_parcel *parcel,
                                      const struct sift_gen_record *record) {
  struct sift_gen_text *lines = encoder->press != NULL ? &encoder->lines : &parcel->bytes;
  switch (encoder->send->target.protocol) {
  case SIFT_GEN_SYSLOG:
    sift_gen_syslog_put(&encoder->syslog, &parcel->bytes, record);
    break;
  case SIFT_GEN_FORWARD:
    sift_gen_forward_put(&encoder->forward, parcel, record);
    break;
  case SIFT_GEN_LINES:
    if (encoder->send->record == SIFT_GEN_KUBERNETES) {
      sift_gen_kubernetes_json(lines, &encoder->day, record);
    } else {
      sift_gen_emit(&encoder->emitter, lines, record);
    }
    break;
  }
  parcel->records++;
  parcel->text_bytes += record->text.len + 1;
  return parcel->bytes.failed || lines->failed ? SIFT_ENOMEM : SIFT_OK;
}

bool sift_gen_encoder_full(const struct sift_gen_encoder *encoder, const struct sift_gen_parcel *parcel) {
  size_t waiting = parcel->bytes.len + encoder->lines.len + sift_gen_forward_waiting(&encoder->forward);
  return parcel->records >= encoder->records_max || waiting >= encoder->bytes_max;
}

/* What was gathered for the compressor; whoever reads the stream can read all of it. */
static enum sift_status lines_press(struct sift_gen_encoder *encoder, struct sift_gen_parcel *parcel, enum sift_gen_pressing how) {
  struct sift_span lines = sift_span(encoder->lines.bytes, encoder->lines.len);
  enum sift_status status = sift_gen_press_put(encoder->press, lines, how, &parcel->bytes);
  sift_gen_text_clear(&encoder->lines);
  return status;
}

enum sift_status sift_gen_encoder_close(struct sift_gen_encoder *encoder, struct sift_gen_parcel *parcel) {
  if (encoder->send->target.protocol == SIFT_GEN_FORWARD) {
    return sift_gen_forward_close(&encoder->forward, parcel);
  }
  return encoder->press != NULL ? lines_press(encoder, parcel, SIFT_GEN_PRESS_FLUSH) : SIFT_OK;
}

enum sift_status sift_gen_encoder_end(struct sift_gen_encoder *encoder, struct sift_gen_parcel *parcel) {
  bool open = encoder->press != NULL && sift_gen_press_open(encoder->press);
  return open ? lines_press(encoder, parcel, SIFT_GEN_PRESS_END) : SIFT_OK;
}
