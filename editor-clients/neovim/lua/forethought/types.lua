---@meta
-- The shapes of docs/protocol.md that this client reads.

---@alias forethought.Confidence "certain"|"likely"|"possible"

---@class forethought.Citation
---@field uri string
---@field range lsp.Range
---@field path string relative to the repository
---@field line integer from 1
---@field quote string

---@class forethought.Claim
---@field text string
---@field confidence forethought.Confidence
---@field citations forethought.Citation[]

---@class forethought.Anchor
---@field name string
---@field path string
---@field uri string
---@field range lsp.Range

---@class forethought.Answer
---@field anchor forethought.Anchor
---@field kind string
---@field family string
---@field question string
---@field headline string
---@field confidence forethought.Confidence
---@field freshness "fresh"|"stale"|"absent"
---@field markdown string
---@field claims forethought.Claim[]
---@field known boolean

---@class forethought.Choice
---@field label string
---@field question string
---@field textDocument? lsp.TextDocumentIdentifier
---@field position? lsp.Position

---@class forethought.Asked
---@field road "prepared"|"composed"|"enriched"|"context"|"askBack"|"notKnown"
---@field markdown string
---@field answers forethought.Answer[]
---@field choices forethought.Choice[]
---@field freshness "fresh"|"stale"|"absent"
---@field cost { inputTokens: integer, outputTokens: integer, cachedTokens: integer, seconds: number }
---@field conversation string

---@class forethought.Group
---@field family string
---@field title string
---@field questions forethought.Answer[]

---@class forethought.Questions
---@field anchor? forethought.Anchor
---@field groups forethought.Group[]

---@class forethought.Suspect
---@field path string
---@field uri string
---@field range lsp.Range
---@field name string
---@field line integer from 1
---@field confidence forethought.Confidence
---@field reasons string[]

---@class forethought.Explained
---@field markdown string
---@field suspects forethought.Suspect[]
---@field answers forethought.Answer[]

---@class forethought.Status
---@field state "idle"|"analysing"|"thinking"|"paused"|"waiting"
---@field detail string
---@field pending integer
---@field budget? { spentMoney: number, dailyMoney: number, spentTokens: integer, dailyTokens: integer }
---@field version string

---@class forethought.Stop
---@field exception { type: string, message: string }
---@field frames forethought.StopFrame[] the innermost first
---@field locals forethought.StopLocal[] of the innermost frame

---@class forethought.StopFrame
---@field path string
---@field line integer
---@field column integer
---@field name string
---@field locals? forethought.StopLocal[] of the innermost frame inside the workspace, where another is the innermost

---@class forethought.StopLocal
---@field name string
---@field type string
---@field value string

---@class forethought.Options the table vim.g.forethought; every field may be left out
---@field dap? "offer"|"show"|"off" what to do when the debugger stops at an exception
---@field border? string|string[] of floating windows; Neovim's 'winborder' unless given
