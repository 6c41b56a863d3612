// The objects that a cut becomes: of its records, of what its stages refused, and of the records as
// the source had them. Pure: keys and pieces; the pipe writes them.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "delivery/codecs/encoder.h"
#include "delivery/naming/names.h"
#include "delivery/stages/partition.h"
#include "delivery/types.h"

namespace freshet::delivery {

/// One object to be written.
struct Draft {
    enum class Kind { data, failures, backup };
    Kind kind = Kind::data;
    std::string bucket, key;
    std::vector<std::string_view> pieces;             ///< one after the other
    std::shared_ptr<const std::vector<Bytes>> owner;  ///< of what they view; null: the buffer
    Compression compression = Compression::none;
    EntryName entry;                          ///< of a ZIP archive
    std::size_t records = 0;                  ///< of a failures or a backup object
    std::string file = {};                    ///< of the scratch directory, in place of pieces
    std::shared_ptr<const void> holder = {};  ///< what the file lies in
};

/// The suffix of a key: what the destination says, or what its compression asks for.
std::string extension_of(const Destination& destination);

/// Before the name of the one object of a cut.
std::string prefix_of(const DeliveryStream& stream, const CutNames& names);

/// Of the one object of a cut: its oldest record's prefix and time.
std::string key_of(const DeliveryStream& stream, const CutNames& names, Timestamp oldest);

/// What an object of these records is made of. They must outlive the pieces.
std::vector<std::string_view> pieces_of(const std::vector<Bytes>& records, bool appends_newline);

/// Calls `take` for each object: the records [from, to) of `portion`, and which part of the cut it
/// is. One object a portion, several when it is larger than the buffer's hint.
void for_each_object(const DeliveryStream& stream, const std::vector<Portion>& portions,
                     const std::function<void(const Portion& portion, std::string part,
                                              std::size_t from, std::size_t to)>& take);
/// One object a portion, several when it is larger than the buffer's hint.
void draft_data(const DeliveryStream& stream, const CutNames& names, std::vector<Portion> portions,
                std::vector<Draft>& drafts);
void draft_failures(const DeliveryStream& stream, const CutNames& names, const Failures& failures,
                    std::vector<Draft>& drafts);
/// `records`: as the source had them, which must outlive the draft. There is a backup.
void draft_backup(const DeliveryStream& stream, const CutNames& names,
                  const std::vector<Bytes>& records, std::vector<Draft>& drafts);

}  // namespace freshet::delivery
