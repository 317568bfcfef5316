/* The server's own log: one line a message on standard error, as text or JSON, kept from flooding. */
#ifndef SIFT_INGEST_SERVE_NOTE_H
#define SIFT_INGEST_SERVE_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_note_level { SIFT_NOTE_DEBUG, SIFT_NOTE_INFO, SIFT_NOTE_WARNING, SIFT_NOTE_ERROR };

/* Why a kind of message is rate-limited together: what outsiders can cause any number of times. */
enum sift_note_kind { SIFT_NOTE_ALWAYS, SIFT_NOTE_CONNECTION, SIFT_NOTE_DAMAGE, SIFT_NOTE_LIBRARY, SIFT_NOTE_KINDS };

/* Any thread. */
struct sift_note;
struct sift_note *sift_note_new(enum sift_note_level least, bool json); /* NULL when memory is out */
void sift_note_free(struct sift_note *note);

/* Control characters are escaped. Of each kind but ALWAYS at most ten messages a second; how many were kept back is said with
 * the next one that is not. `note` may be NULL: nothing is said. */
__attribute__((format(printf, 4, 5))) void sift_note_say(struct sift_note *note, enum sift_note_level level,
                                                         enum sift_note_kind kind, const char *format, ...);
uint64_t sift_note_suppressed(const struct sift_note *note);

#ifdef __cplusplus
}
#endif
#endif
