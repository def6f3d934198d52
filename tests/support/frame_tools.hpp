// What tests do to the bytes of messages.
#pragma once

#include "ledger/frame.hpp"

#include <string>

namespace tollbook {

// The checksum that belongs to the bytes before it, in place of the one that is there.
void reseal(std::string& message);

// Makes right what guards a message, so that what lies behind it is reached: its length, the first
// bytes of each record's hash as far as the records can be read, its checksum.
void repair(std::string& message);

// What a FrameBuilder makes of the frame's records.
std::string encoded_again(const Frame& frame);

} // namespace tollbook
