// What the disk needs of the system and Glibc's Swift module does not show.

#ifndef CDISK_H
#define CDISK_H

#endif
