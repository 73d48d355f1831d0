from .patches import (
    find_splits as find_splits,
    index_patches as index_patches,
    is_simulated as is_simulated,
    parse_name as parse_name,
    read_image as read_image,
    read_patch as read_patch,
)
from .pack import Pack as Pack, pack_patches as pack_patches, scale_note as scale_note
from .audit import near_duplicates as near_duplicates, write_audit as write_audit
from .loaders import Folder as Folder, PatchLoader as PatchLoader, pack_loaders as pack_loaders
from .explore import ihc_explore as ihc_explore, ihc_pack as ihc_pack
from .fetch import ihc_fetch as ihc_fetch
