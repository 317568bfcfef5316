/* A syslog message → the values that an origin's templates ask for. */
#ifndef SIFT_SERVE_SYSLOG_VALUES_H
#define SIFT_SERVE_SYSLOG_VALUES_H

#include <stdbool.h>

#include "ingest/serve/protocol.h"
#include "ingest/serve/syslog_message.h"

#ifdef __cplusplus
extern "C" {
#endif

/* values[i] of the origin's variable i, lent from the message, or from scratch->text where escapes of structured data had to be
 * decoded. False when memory is out. */
bool sift_syslog_values(const struct sift_protocol_config *config, const struct sift_syslog_message *message,
                        struct sift_span *values);

#ifdef __cplusplus
}
#endif
#endif
