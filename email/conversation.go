package email

import "time"

// Conversation joins the messages exchanged with one customer about one thing.
type Conversation struct {
	ID         string
	CustomerID string
	Subject    string // of its first message
	State      ConversationState
	CreatedAt  time.Time
	UpdatedAt  time.Time // when its newest message was kept
}

// ConversationState tells whether somebody still has to answer.
type ConversationState string

const (
	Active    ConversationState = "active"
	Completed ConversationState = "completed" // an outgoing message makes a completed conversation
)
