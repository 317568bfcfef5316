/* Records as syslog messages, framed for a stream. */
#ifndef SIFT_FLEETGEN_ENCODE_SYSLOG_H
#define SIFT_FLEETGEN_ENCODE_SYSLOG_H

#include "tools/fleetgen/send_options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reused from message to message. */
struct sift_gen_syslog {
  enum sift_gen_rfc rfc;
  enum sift_gen_framing framing;
  struct sift_gen_day day;
  struct sift_gen_text message; /* without its frame */
};

void sift_gen_syslog_init(struct sift_gen_syslog *syslog, enum sift_gen_rfc rfc, enum sift_gen_framing framing);
void sift_gen_syslog_release(struct sift_gen_syslog *syslog);

/* Appends the record as one frame. RFC 5424 names the Space in structured data, RFC 3164 in the TAG; both give the channel as
 * the process's id as well. Where memory runs out, out->failed is set. */
void sift_gen_syslog_put(struct sift_gen_syslog *syslog, struct sift_gen_text *out, const struct sift_gen_record *record);

#ifdef __cplusplus
}
#endif
#endif
