class DuplicateReview < StandardError
end
