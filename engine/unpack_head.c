#include "engine/unpack_head.h"

/* clang-format off */
#define FIXED(payload) {0, 0, (payload), 0}
#define COUNTED(width, per_count, payload) {(width), (per_count), (payload), 0}
#define BARE4 FIXED(0), FIXED(0), FIXED(0), FIXED(0)
#define BARE16 BARE4, BARE4, BARE4, BARE4
#define ITEMS4(unit, n) {0, 0, 0, (unit) * (n)}, {0, 0, 0, (unit) * ((n) + 1)}, {0, 0, 0, (unit) * ((n) + 2)}, {0, 0, 0, (unit) * ((n) + 3)}
#define ITEMS16(unit) ITEMS4(unit, 0), ITEMS4(unit, 4), ITEMS4(unit, 8), ITEMS4(unit, 12)
#define TEXT4(n) FIXED(n), FIXED((n) + 1), FIXED((n) + 2), FIXED((n) + 3)
#define TEXT16(n) TEXT4(n), TEXT4((n) + 4), TEXT4((n) + 8), TEXT4((n) + 12)

/* https://github.com/msgpack/msgpack/blob/master/spec.md, "Overview" of formats. */
const struct sift_head_row sift_head_rows[256] = {
    BARE16, BARE16, BARE16, BARE16,                                             /* 00..7f positive fixint */
    BARE16, BARE16, BARE16, BARE16,
    ITEMS16(2), ITEMS16(1),                                                     /* 80 fixmap, 90 fixarray */
    TEXT16(0), TEXT16(16),                                                      /* a0 fixstr */
    FIXED(0), COUNTED(SIFT_HEAD_BAD, 0, 0), FIXED(0), FIXED(0),                 /* c0 nil, never used, false, true */
    COUNTED(1, 0, 0), COUNTED(2, 0, 0), COUNTED(4, 0, 0),                       /* c4 bin */
    COUNTED(1, 0, 1), COUNTED(2, 0, 1), COUNTED(4, 0, 1),                       /* c7 ext: its type counts as payload */
    FIXED(4), FIXED(8),                                                         /* ca float */
    FIXED(1), FIXED(2), FIXED(4), FIXED(8),                                     /* cc uint */
    FIXED(1), FIXED(2), FIXED(4), FIXED(8),                                     /* d0 int */
    FIXED(2), FIXED(3), FIXED(5), FIXED(9), FIXED(17),                          /* d4 fixext: type and data */
    COUNTED(1, 0, 0), COUNTED(2, 0, 0), COUNTED(4, 0, 0),                       /* d9 str */
    COUNTED(2, 1, 0), COUNTED(4, 1, 0),                                         /* dc array */
    COUNTED(2, 2, 0), COUNTED(4, 2, 0),                                         /* de map */
    BARE16, BARE16,                                                             /* e0 negative fixint */
};
/* clang-format on */
