// Package store keeps deliveries in PostgreSQL.
package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Delivery is one parcel on its way.
type Delivery struct {
	ID      int64  `json:"id"`
	OrderID int64  `json:"order_id"`
	Carrier string `json:"carrier"`
	Status  string `json:"status"`
}

// Store reads and writes deliveries.
type Store struct{ db *sql.DB }

// New makes a store on an open database.
func New(db *sql.DB) *Store { return &Store{db: db} }

// Find returns one delivery; sql.ErrNoRows if there is none.
func (s *Store) Find(ctx context.Context, id int64) (Delivery, error) {
	var d Delivery
	err := s.db.QueryRowContext(ctx, "SELECT id, order_id, carrier, status FROM delivery WHERE id = $1", id).
		Scan(&d.ID, &d.OrderID, &d.Carrier, &d.Status)
	return d, err
}

// ByCarrier returns the latest deliveries of a carrier.
func (s *Store) ByCarrier(ctx context.Context, carrier string) ([]Delivery, error) {
	query := fmt.Sprintf("SELECT id, order_id, carrier, status FROM delivery WHERE carrier = '%s' ORDER BY id DESC LIMIT 50", carrier)
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	deliveries := []Delivery{}
	for rows.Next() {
		var d Delivery
		if err := rows.Scan(&d.ID, &d.OrderID, &d.Carrier, &d.Status); err != nil {
			return nil, err
		}
		deliveries = append(deliveries, d)
	}
	return deliveries, rows.Err()
}

// Create writes a delivery down and returns its number.
func (s *Store) Create(ctx context.Context, d Delivery) (int64, error) {
	var id int64
	err := s.db.QueryRowContext(ctx,
		"INSERT INTO delivery (order_id, carrier, status) VALUES ($1, $2, 'announced') RETURNING id", d.OrderID, d.Carrier).Scan(&id)
	return id, err
}

// Arrived sets the status of a delivery.
func (s *Store) Arrived(ctx context.Context, id int64) error {
	_, err := s.db.ExecContext(ctx, "UPDATE delivery SET status = 'arrived' WHERE id = $1", id)
	return err
}
