/* One syslog message → its parts: RFC 5424, RFC 3164 and what passes for it. */
#ifndef SIFT_SERVE_SYSLOG_MESSAGE_H
#define SIFT_SERVE_SYSLOG_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All spans are lent from the frame; data is NULL where the message tells none (nil). */
struct sift_syslog_message {
  unsigned facility, severity;
  bool header; /* a PRI or a date of RFC 3164 was there; false: all is text */
  struct sift_span host, app, procid, msgid;
  struct sift_span data; /* structured data, "[id name=\"value\"…]…", as it stands */
  struct sift_span text; /* data never NULL; octal escapes not decoded */
  int64_t time_ns;       /* SIFT_TIME_NONE where it tells none */
};

/* Takes a frame apart; there is no frame that cannot be. `now_ns`: dates of RFC 3164, which have no year, are taken nearest
 * to it, and no zone means UTC. Without a PRI it is 13 (user.notice). What does not follow a header's form is text, so that
 * nothing is lost: a frame without PRI whose date is ISO, or with PRI but no date, is all text. Line ends behind the message
 * are left off, and the byte order mark before it; of RFC 5424 also a single blank, which rsyslog adds. */
void sift_syslog_message_read(struct sift_span frame, int64_t now_ns, struct sift_syslog_message *out);

/* Names, e.g. "local0" and "err". Static. */
const char *sift_syslog_facility_name(unsigned facility); /* below 24 */
const char *sift_syslog_severity_name(unsigned severity); /* below 8 */

/* The value of a parameter of structured data as it stands, its data NULL where there is none. An `id` without '@' stands for
 * that name with any enterprise number. The first counts. */
struct sift_span sift_syslog_parameter(struct sift_span data, struct sift_span id, struct sift_span name);

/* Decodes \", \\ and \] of a parameter's value into `out`, at least value.len bytes; returns the length. */
size_t sift_syslog_unescape(struct sift_span value, char *out);

/* Decodes in place what rsyslog makes of control characters: '#' and three octal digits, #000 to #037 and #177, so that
 * #012 divides lines again and #011 indents them. Returns the length. */
size_t sift_syslog_unfold(char *text, size_t len);

#ifdef __cplusplus
}
#endif
#endif
