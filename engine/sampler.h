/* Finds the lines that hold one of many texts, by a look at every fourth place only: the fast maker of the wake stage.
 *
 * From each text a window is taken, and the grams of that window, at four neighbouring places, go into a bitmap. Whatever
 * holds the window is then seen at exactly one of the sampled places. A bit that is set is checked against the whole text.
 * Texts of SIFT_SAMPLER_LONG bytes or more go by grams of eight bytes, shorter ones by grams of four. */
#ifndef SIFT_ENGINE_SAMPLER_H
#define SIFT_ENGINE_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/span.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_SAMPLER_STRIDE = 4,
  SIFT_SAMPLER_SHORT = 4 + SIFT_SAMPLER_STRIDE - 1, /* the shortest text that can be sampled */
  SIFT_SAMPLER_LONG = 8 + SIFT_SAMPLER_STRIDE - 1,
  SIFT_SAMPLER_TEXT_MAX = 4096,
};

/* Immutable after its making and shared by threads. */
struct sift_sampler;

/* How often grams stand in a specimen of the text that will be scanned (any length). NULL when memory is out. */
struct sift_census;
struct sift_census *sift_census_new(struct sift_span typical);
void sift_census_free(struct sift_census *census);

/* At how many places of the specimen the sampler would have to check this text: those of its rarest window, which begins
 * at *window of it. */
uint64_t sift_census_places(const struct sift_census *census, struct sift_span text, uint16_t *window);

/* How wide the window of a text is. */
uint32_t sift_sampler_width(size_t text_len);

/* A text to find: SIFT_SAMPLER_SHORT to SIFT_SAMPLER_TEXT_MAX bytes without newlines, and where its window begins. */
struct sift_sampled {
  struct sift_span text;
  uint16_t window;
};

/* The texts are copied. Borrows nothing. SIFT_ENOMEM. */
enum sift_status sift_sampler_new(struct sift_sampler **out, const struct sift_sampled *texts, size_t count);
void sift_sampler_free(struct sift_sampler *sampler);

/* A text stands in `line` that ends at `to`, its last byte before it. Returns where to go on: at or behind `to`; what
 * begins before that is not told again. UINT32_MAX ends the scan. */
typedef uint32_t (*sift_sampler_fn)(void *context, uint32_t to);

/* Tells of the texts that stand in `text`, without regard to bit 0x20 of any byte, so to ASCII case: some that stand there by
 * that reading alone are told too. At least one is told in every stretch between two places that `found` returned, if one
 * stands in it. SIFT_PADDING readable bytes follow the text. */
void sift_sampler_scan(const struct sift_sampler *sampler, const char *text, uint32_t len, sift_sampler_fn found, void *context);

/* For tests: the portable way even where the machine has a faster one. The same calls of `found`. */
void sift_sampler_scan_portable(const struct sift_sampler *sampler, const char *text, uint32_t len, sift_sampler_fn found,
                                void *context);

/* The same for all later scans; before other threads know the sampler. */
void sift_sampler_make_portable(struct sift_sampler *sampler);

#ifdef __cplusplus
}
#endif
#endif
