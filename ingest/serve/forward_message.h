/* One whole Forward message of any of the four modes → records, damage and an ack for the sink. */
#ifndef SIFT_SERVE_FORWARD_MESSAGE_H
#define SIFT_SERVE_FORWARD_MESSAGE_H

#include "ingest/serve/forward_fields.h"
#include "ingest/serve/forward_frame.h"
#include "ingest/serve/protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fluent Bit and Fluentd read an ack of at most so many bytes. */
enum { SIFT_ACK_BYTES_MAX = 511, SIFT_CHUNK_ID_BYTES_MAX = SIFT_ACK_BYTES_MAX - 8 };

/* `message` and `frame` are what sift_forward_frame_find() found whole. What is wrong within a message is counted and the
 * message is acked all the same, for it would be no better the next time. SIFT_EFORMAT: its chunk cannot be acked, which was
 * told to the sink as damage: close the connection. SIFT_ENOMEM or what the sink says. */
enum sift_status sift_forward_message_take(const struct sift_protocol_config *config, const struct sift_live_sink *sink,
                                           const struct sift_forward_fields *fields, struct sift_span message,
                                           const struct sift_forward_frame *frame);

#ifdef __cplusplus
}
#endif
#endif
